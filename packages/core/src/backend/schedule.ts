import type { Instant } from "../message/ids.ts"

/** What `promote` did. */
export interface Promotion {
  readonly promoted: number
  /** The storage's clock. */
  readonly now: Instant
  /** When the next schedule falls due; `null` when none waits. At or before `now` when the limit cut the promotion. */
  readonly nextDue: Instant | null
  /** The types that were appended. */
  readonly types: readonly string[]
}
