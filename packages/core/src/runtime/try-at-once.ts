import type { Delivery, Outcome } from "../reactor/registration.ts"
import type { Judgement } from "./judge.ts"

/** The most tries of a message in place. Beyond it a failing stream takes its turn like any other: through the storage. */
const TRIES_IN_PLACE = 8

/** A batch's outcome; a failure in it that was judged already is not to be judged again. */
export interface Tried {
  readonly outcome: Outcome
  readonly judged?: Judgement
}

/** How messages are handled, and what is asked after a failure. */
export interface TryAtOnce {
  handle(messages: readonly Delivery[]): Promise<Outcome>
  judge(failure: NonNullable<Outcome["failed"]>): Promise<Judgement>
  /** Whether a failure is to be judged and its message tried in place at all. */
  allowed(failure: NonNullable<Outcome["failed"]>): boolean
  /** Whether a retry is due. */
  isDue(retryAt: number): boolean
}

/**
 * Handles messages up to the first that has to wait. One that fails, and whose error strategy wants it again at once, is tried again in place, and the rest
 * behind it: what is settled is the same, without a round through the storage for each failure.
 */
export async function tryAtOnce(messages: readonly Delivery[], how: TryAtOnce): Promise<Tried> {
  const done: Outcome["done"][number][] = []
  let left = messages
  let tries = 0
  for (;;) {
    const outcome = await how.handle(left)
    done.push(...outcome.done)
    const all = { ...outcome, done }
    const { failed } = outcome
    if (failed === undefined || !how.allowed(failed)) return { outcome: all }
    const judged = await how.judge(failed)
    tries = outcome.done.length > 0 ? 1 : tries + 1
    const { deferral } = judged
    const again = judged.stop === undefined && deferral?.as === "retry" && how.isDue(deferral.retryAt)
    if (!again || tries >= TRIES_IN_PLACE) return { outcome: all, judged }
    const [first, ...behind] = left.slice(outcome.done.length)
    if (first === undefined) return { outcome: all, judged }
    left = [{ ...first, attempt: first.attempt + 1 }, ...behind]
  }
}
