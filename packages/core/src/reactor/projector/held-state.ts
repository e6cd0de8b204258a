import type { Action } from "../action.ts"
import type { Delivery } from "../registration.ts"
import type { Projected } from "./projector-spec.ts"

/** One state that a batch works on, wherever it comes from. */
export interface HeldState {
  /** Fetches it, as it was before the first of these messages. */
  load(messages: readonly Delivery[]): Promise<void>
  /** Changes it by the next message, and gives it. Throws what the evolve function throws. */
  evolve(delivery: Delivery, message: Projected): unknown
  /** What stores it. `done` are the messages it holds now, never empty. */
  save(done: readonly { readonly delivery: Delivery; readonly message: Projected }[]): readonly Action[]
  /** The batch is stored. */
  stored(): void
}
