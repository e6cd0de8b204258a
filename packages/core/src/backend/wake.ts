/**
 * A hint that something may have changed. Wake-ups may come late, twice, for nothing or never: they save time, and no promise
 * rests on them. `messages`: appended (types named when known). `work`: something else became claimable (a lane, a started group, a freed
 * lease). `schedule`: a schedule was made, moved or cancelled. `challenge`: a newcomer wants this process name. `reconnected`: hints may have been missed.
 */
export type Wake =
  | { readonly kind: "messages"; readonly types: readonly string[] | null }
  | { readonly kind: "work" }
  | { readonly kind: "schedule" }
  | { readonly kind: "challenge"; readonly processName: string }
  | { readonly kind: "reconnected" }

/** An open ear for wake-ups. */
export interface Listening {
  /** Resolves when no further wake-up will come. Closing twice is fine. */
  close(): Promise<void>
}
