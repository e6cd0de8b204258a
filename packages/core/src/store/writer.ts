import type { Append, Verdict } from "../backend/append.ts"
import { BackendError } from "../backend/errors.ts"
import { Overloaded } from "./errors.ts"

/** How the writer waits between tries: given by whoever knows the time. */
export type Pause = (ms: number) => Promise<void>

/** What the writer needs of a backend. */
export interface AppendTarget {
  readonly capabilities: { readonly maxBatch: number; readonly appendsInFlight?: number }
  append(appends: readonly Append[]): Promise<readonly Verdict[]>
}

/** The most messages that are grouped into one call: more would save nothing, and hold the storage and this process up. */
const GROUPED_MESSAGES = 1_000

/** So few appends are not shared out among calls that may be away at once. */
const SHARED_APPENDS = 16

/** The shortest and longest pause between two tries of a batch. */
const TRY_MIN_MS = 20
const TRY_MAX_MS = 2_000

interface Waiting {
  readonly append: Append
  readonly weight: number
  readonly resolve: (verdict: Verdict) => void
  readonly reject: (error: unknown) => void
}

/**
 * Groups the appends of a process into one backend call each time, first in first out, so that two appends a caller fires in turn land in that order. One call is
 * away at a time; several where the storage keeps their order (`appendsInFlight`). A lone append waits for nothing. (The idea is the group commit of databases.)
 */
export interface Writer {
  /**
   * Stores an append and answers its verdict once it is durable: a caller that awaits is slowed to the storage's pace. When
   * `queuedAppends` wait already, `whenFull: "refuse"` throws `Overloaded`; `"wait"` lets this one wait behind them.
   */
  submit(append: Append): Promise<Verdict>
  /** Resolves when everything submitted so far has its verdict. */
  idle(): Promise<void>
}

export interface WriterLimits {
  readonly queuedAppends: number
  readonly whenFull: "wait" | "refuse"
  readonly writeTries: number
  readonly pause: Pause
}

/** A batch that is away, and how it ended: its appends are answered, or this went wrong. */
interface Call {
  readonly batch: readonly Waiting[]
  readonly ended: Promise<Failure | undefined>
}

interface Failure {
  readonly error: unknown
}

export function createWriter(target: AppendTarget, limits: WriterLimits): Writer {
  const queue: Waiting[] = []
  const away: Call[] = []
  let scheduled = false
  let mending = false
  let resting = Promise.withResolvers<void>()
  resting.resolve()

  /** Sends what waits, as far as calls may be away. */
  const flush = (): void => {
    scheduled = false
    const { maxBatch, appendsInFlight = 1 } = target.capabilities
    while (!mending && queue.length > 0 && away.length < appendsInFlight) {
      const share = Math.max(Math.ceil(queue.length / (appendsInFlight - away.length)), SHARED_APPENDS)
      const batch = queue.splice(0, batchLength(queue, share, Math.min(maxBatch, GROUPED_MESSAGES)))
      const call: Call = { batch, ended: send(target, batch) }
      away.push(call)
      void call.ended.then((failure) => (failure === undefined ? done(call) : mend()))
    }
    if (queue.length + away.length === 0 && !mending) resting.resolve()
  }

  const done = (call: Call): void => {
    const at = away.indexOf(call)
    if (at >= 0) away.splice(at, 1)
    flush()
  }

  /** Something went wrong: once nothing is away any more, what was not stored is written again, one batch after another in the order of their calls. */
  const mend = async (): Promise<void> => {
    if (mending) return
    mending = true
    for (let call = away[0]; call !== undefined; call = away[0]) {
      const failure = await call.ended
      if (failure !== undefined) {
        await Promise.all(away.map(({ ended }) => ended))
        await write(target, call.batch, limits, failure)
      }
      away.shift()
    }
    mending = false
    flush()
  }

  return {
    submit(append) {
      return new Promise((resolve, reject) => {
        if (limits.whenFull === "refuse" && queue.length >= limits.queuedAppends) {
          reject(new Overloaded(queue.length))
          return
        }
        if (queue.length + away.length === 0 && !mending) resting = Promise.withResolvers<void>()
        queue.push({ append, weight: weightOf(append), resolve, reject })
        if (scheduled) return
        scheduled = true
        queueMicrotask(flush) // callers of the same turn share the first batch too
      })
    },
    async idle() {
      await resting.promise
    },
  }
}

/** Calls the storage once, and hands out the verdicts. Never rejects. */
async function send(target: AppendTarget, batch: readonly Waiting[]): Promise<Failure | undefined> {
  try {
    const verdicts = await target.append(batch.map((waiting) => waiting.append))
    batch.forEach((waiting, at) => answer(waiting, verdicts[at]))
    return undefined
  } catch (error) {
    return { error }
  }
}

function weightOf(append: Append): number {
  let messages = (append.schedules?.length ?? 0) + (append.documents?.length ?? 0)
  for (const stream of append.streams) messages += stream.messages.length
  return Math.max(messages, 1)
}

/** How many appends from the head of the queue fit into one call, `share` at most; one that is too large by itself goes alone. */
function batchLength(queue: readonly Waiting[], share: number, most: number): number {
  let count = 0
  let weight = 0
  for (const waiting of queue) {
    weight += waiting.weight
    if (count > 0 && (weight > most || count === share)) break
    count += 1
  }
  return count
}

/**
 * Writes a batch whose first try failed. What may have landed is repeated as it is (its ids make the repetition a duplicate), what did not
 * land because the storage was away is tried again; a batch that can not be written at all is split until the culprit stands alone.
 */
async function write(
  target: AppendTarget,
  batch: readonly Waiting[],
  limits: { readonly writeTries: number; readonly pause: Pause },
  failure?: Failure,
): Promise<void> {
  let failed = failure ?? (await send(target, batch))
  for (let tried = 1; failed !== undefined; tried += 1) {
    const { error } = failed
    const code = error instanceof BackendError ? error.code : "invalid"
    if ((code === "outcome-unknown" || code === "unavailable") && tried < limits.writeTries) {
      await limits.pause(Math.min(TRY_MAX_MS, TRY_MIN_MS * 2 ** tried))
      failed = await send(target, batch)
      continue
    }
    if (code !== "outcome-unknown" && code !== "unavailable" && batch.length > 1) {
      const half = Math.ceil(batch.length / 2)
      await write(target, batch.slice(0, half), limits)
      await write(target, batch.slice(half), limits)
      return
    }
    for (const waiting of batch) waiting.reject(error)
    return
  }
}

function answer(waiting: Waiting, verdict: Verdict | undefined): void {
  if (verdict !== undefined) waiting.resolve(verdict)
  else
    waiting.reject(
      new BackendError(
        "invalid",
        "the backend answered fewer verdicts than it was given appends: report this to its author",
      ),
    )
}
