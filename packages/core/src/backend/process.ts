import type { Instant } from "../message/ids.ts"

/** Who holds a lease: a process name and this start of it. Two starts of one name never share a boot id. */
export interface Owner {
  readonly processName: string
  readonly bootId: string
}

/** A process is live while it has been heard within this span. */
export const PROCESS_TTL_MS = 15_000

/** A type that no live process wants stays in its group for this span after the last process that wanted it was heard, while another process of the group lives. */
export const TYPE_GRACE_MS = 60_000

/**
 * What a process says of itself.
 * `join`: takes its name; answered `held` when another boot has it and is live. `beat`: lives, and wants these types; also the
 * answer to a challenge. `supersede`: takes the name from `bootId` if that boot has not been heard since its count was `beats`.
 * `leave`: goes; its remaining leases, and what is reserved for its name, fall free at once, for everybody.
 *
 * Who takes a name from another boot (by `supersede`, or by `join` when that one is not live) finds what earlier boots of the name held *reserved*:
 * those can settle and extend nothing any more, and until such a lease would have ended, what it held is handed to processes of this name alone, at
 * once. From then on anybody gets it, also where nobody of the name has asked. Either way it counts as taken over.
 */
export type Beat = {
  readonly owner: Owner
  /** Host name, process id, release: shown to operators. */
  readonly facts: { readonly host: string; readonly pid: number }
  readonly wants: readonly { readonly group: string; readonly types: readonly string[] }[]
} & (
  | { readonly kind: "join" | "beat" | "leave" }
  | { readonly kind: "supersede"; readonly bootId: string; readonly beats: number }
)

/** What the log answers. */
export type Pulse =
  | { readonly kind: "ok" }
  /** `join` and `supersede`: another boot holds the name. `join` also sent it a challenge. */
  | {
      readonly kind: "held"
      readonly bootId: string
      readonly beats: number
      readonly host: string
      readonly pid: number
    }
  /** `beat`: another boot has taken the name: this one must stop working. */
  | { readonly kind: "fenced"; readonly bootId: string }

/** A process as operators see it. */
export interface ProcessInfo extends Owner {
  readonly host: string
  readonly pid: number
  readonly startedAt: Instant
  readonly seenAt: Instant
  readonly live: boolean
  /** Those it works under: not what is reserved for its name. */
  readonly leases: number
}
