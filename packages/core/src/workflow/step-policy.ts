import { DefinitionError } from "../message/definition-error.ts"

/** How a step is run. */
export interface DurableOptions {
  /** How many times it is tried again after its first failure. Default 3. */
  readonly retries?: number
  /** How long the first retry waits. Default 1,000 ms. */
  readonly afterMs?: number
  /** How long retry `n` (from 1) waits. Default: doubling. */
  readonly backoff?: (afterMs: number, n: number) => number
  /** How long one attempt may take. Beyond it, it counts as failed and its signal is aborted. Default: as long as it takes. */
  readonly timeoutMs?: number
  /** Errors that no retry can mend, as classes or as a test. The step fails at once. */
  readonly nonRetryable?: readonly ErrorClass[] | ((error: unknown) => boolean)
}

/** A class of errors. */
export type ErrorClass = abstract new (...args: never) => Error

/** The same, with its defaults. */
export interface StepPolicy {
  readonly retries: number
  readonly timeoutMs: number | undefined
  /** How long to wait before retry `n`; `undefined`: there is none. */
  readonly retryAfterMs: (error: unknown, n: number) => number | undefined
}

/** The longest that a retry waits, whatever `backoff` says: a day. */
const MAX_WAIT_MS = 24 * 60 * 60 * 1_000

/** Checks a step's options and gives them their defaults. */
export function stepPolicy(name: string, options: DurableOptions): StepPolicy {
  const { retries = 3, afterMs = 1_000, backoff = doubling, timeoutMs, nonRetryable = [] } = options
  if (!Number.isInteger(retries) || retries < 0)
    throw new DefinitionError(`durable("${name}"): retries is ${retries}, and has to be a whole number from 0`)
  if (!(afterMs >= 0))
    throw new DefinitionError(`durable("${name}"): afterMs is ${afterMs}, and has to be milliseconds from 0`)
  if (timeoutMs !== undefined && !(timeoutMs > 0))
    throw new DefinitionError(`durable("${name}"): timeoutMs is ${timeoutMs}, and has to be milliseconds above 0`)
  return {
    retries,
    timeoutMs,
    retryAfterMs(error, n) {
      if (n > retries || isFinal(error, nonRetryable)) return undefined
      const wait = backoff(afterMs, n)
      if (!(wait >= 0))
        throw new DefinitionError(
          `durable("${name}"): backoff gave ${wait} for retry ${n}: it has to give milliseconds`,
        )
      return Math.min(Math.round(wait), MAX_WAIT_MS)
    },
  }
}

function isFinal(error: unknown, nonRetryable: NonNullable<DurableOptions["nonRetryable"]>): boolean {
  if (typeof nonRetryable === "function") return nonRetryable(error)
  return nonRetryable.some((kind) => error instanceof kind)
}

function doubling(afterMs: number, n: number): number {
  return afterMs * 2 ** (n - 1)
}
