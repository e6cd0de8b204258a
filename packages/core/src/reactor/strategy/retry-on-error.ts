import { DefinitionError } from "../../message/definition-error.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { ErrorStrategy } from "../error-strategy.ts"

/** How a failing message is tried again. Only its stream waits meanwhile. */
export interface RetryOptions {
  /** How many retries after the first try. Default 3. */
  readonly times?: number
  /** How long the first retry waits. Default 1,000 ms. 0: at once, where the reactor keeps no state even in place, without a word to the storage. */
  readonly afterMs?: number
  /** How long retry `n` (from 1) waits. Default: doubling, `afterMs * 2 ** (n - 1)`. `(afterMs, n) => afterMs * n` makes 5, 10, 15 of 5. */
  readonly backoff?: (afterMs: number, n: number) => number
  /** The share of the wait that is random, from 0 to 1: streams that failed together do not come back together. Default 0. */
  readonly jitter?: number
  /** Where jitter takes its randomness from: a number from 0 up to 1. Default: derived from the message's id and the try, so that it is spread and repeatable. */
  readonly random?: (message: StoredMessage, n: number) => number
  /** What happens after the last retry: stop the group (default), or park the stream. */
  readonly giveUp?: "stop" | "park"
  /** Called before each retry: its number, the error, the message, and when it will be. */
  readonly onRetry?: (n: number, error: unknown, message: StoredMessage, later: Date) => void | Promise<void>
  /** Called when there is no further retry. */
  readonly onStop?: (error: unknown, message: StoredMessage) => void | Promise<void>
}

/** The longest that a retry waits, whatever `backoff` says: a day. */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1_000

/** Tries a failing message again, with waits between, before it stops the group or parks the stream. */
export function retryOnError(options: RetryOptions = {}): ErrorStrategy {
  const { times = 3, afterMs = 1_000, backoff = doubling, jitter = 0, random = spread, giveUp = "stop" } = options
  requireOptions({ times, afterMs, jitter })
  return async (error, message, { attempt, now }) => {
    if (attempt > times) {
      await options.onStop?.(error, message)
      return { kind: giveUp }
    }
    const wait = backoff(afterMs, attempt)
    if (!(wait >= 0))
      throw new DefinitionError(`backoff gave ${wait} for retry ${attempt}: it has to give milliseconds`)
    const jittered = wait * (1 - jitter * random(message, attempt))
    const at = now + Math.round(Math.min(jittered, MAX_RETRY_AFTER_MS))
    await options.onRetry?.(attempt, error, message, new Date(at))
    return { kind: "retry", at }
  }
}

function doubling(afterMs: number, n: number): number {
  return afterMs * 2 ** (n - 1)
}

/** FNV-1a over the message's id and the try, as a share of 1. */
function spread({ id }: StoredMessage, n: number): number {
  let hash = 0x811c9dc5
  for (const unit of `${id}/${n}`) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) / 0x1_0000_0000
}

function requireOptions({ times, afterMs, jitter }: { times: number; afterMs: number; jitter: number }): void {
  if (!Number.isInteger(times) || times < 0)
    throw new DefinitionError(`retryOnError: times is ${times}, and has to be a whole number from 0`)
  if (!(afterMs >= 0))
    throw new DefinitionError(`retryOnError: afterMs is ${afterMs}, and has to be milliseconds from 0`)
  if (!(jitter >= 0 && jitter <= 1))
    throw new DefinitionError(`retryOnError: jitter is ${jitter}, and has to be a share from 0 to 1`)
}
