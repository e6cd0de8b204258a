import type { Slice } from "../backend/claim.ts"
import type { Settled, Settlement } from "../backend/settle.ts"
import type { Instant } from "../message/ids.ts"
import type { Operations } from "../operator/operations.ts"
import type { HandlingObserver } from "../reactor/handling-observer.ts"
import type { WriteObserver } from "../store/write-observer.ts"

/** A settle: what it stores, and the observers of the streams whose handling it settles. */
export interface Settling {
  readonly group: string
  readonly settlement: Settlement
  readonly handled: readonly HandlingObserver[]
}

/** What may be asked of an app while it is open. */
export interface Watched extends Pick<Operations, "stats"> {
  /** The storage's time, as far as this process knows it. */
  storageNow(): Instant
}

/**
 * Is told what an app does, as it does it: `createApp({ instrumentation })`. What it is given to run it runs once, at once, and it gives back what that
 * gives, what is thrown included. It never throws for a reason of its own. `@millrace/opentelemetry` makes spans and metrics of it.
 */
export interface Instrumentation extends WriteObserver {
  /** A slice was handed to this process. */
  claimed(slice: Slice): void
  /** A stream (or key) of a slice is about to be handled by this group's reactor. */
  handling(group: string): HandlingObserver
  /** A settle, from its first try to its answer. */
  settle(settling: Settling, settle: () => Promise<Settled>): Promise<Settled>
  /** An app was opened and may be asked for figures; answers what ends that, which is called when the app closes. */
  watch(app: Watched): () => void
}
