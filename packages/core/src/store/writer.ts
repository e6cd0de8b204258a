import type { Append, Verdict } from "../backend/append.ts"
import { BackendError } from "../backend/errors.ts"
import { type AdmissionLimits, createAdmission } from "./admission.ts"
import { heldBytes } from "./held-bytes.ts"
import { createPace } from "./pace.ts"

/** How the writer waits between tries: given by whoever knows the time. */
export type Pause = (ms: number) => Promise<void>

/** What the writer needs of a backend. */
export interface AppendTarget {
  readonly capabilities: { readonly maxBatch: number; readonly appendsAtOnce?: number }
  append(appends: readonly Append[]): Promise<readonly Verdict[]>
}

/** The most messages that are grouped into one call: more would save nothing, and hold the storage and this process up. */
const GROUPED_MESSAGES = 1_000
/** The same in bytes of memory. A single append may be larger. */
const GROUPED_BYTES = 8 * 1024 * 1024

/** The fewest appends that are sent in two calls, where two may be away: fewer are not worth a second one. */
const SPLIT_FROM = 8

/** The shortest and longest pause between two tries of a batch. */
const TRY_MIN_MS = 20
const TRY_MAX_MS = 2_000

interface Waiting {
  readonly append: Append
  readonly weight: number
  readonly bytes: number
  readonly resolve: (verdict: Verdict) => void
  readonly reject: (error: unknown) => void
}

/** A batch that was sent, and once it has failed, with what. */
interface Away {
  readonly batch: readonly Waiting[]
  failed?: { readonly error: unknown }
}

/**
 * Groups the appends of a process into one backend call each time: one batch in flight (or as many as the backend keeps in order, while that stores
 * more), first in first out, so that two appends a caller fires in turn land in that order. A lone append waits for nothing. (The idea is the
 * group commit of databases.)
 */
export interface Writer {
  /**
   * Stores an append and answers its verdict once it is durable: a caller that awaits is slowed to the storage's pace. Throws `Overloaded` where as many wait
   * already as may; none of it is written then.
   */
  submit(append: Append): Promise<Verdict>
  /** Resolves when everything submitted so far has its verdict. */
  idle(): Promise<void>
}

export interface WriterLimits extends AdmissionLimits {
  readonly writeTries: number
  readonly pause: Pause
  /** Milliseconds of a clock that nobody sets. */
  readonly monotonicNow: () => number
  /** Calls back in a later turn of the event loop. */
  readonly nextTurn: (run: () => void) => void
}

export function createWriter(target: AppendTarget, limits: WriterLimits): Writer {
  const queue: Waiting[] = []
  const admission = createAdmission(limits)
  const away: Away[] = []
  const pace = createPace(target.capabilities.appendsAtOnce ?? 1, limits.monotonicNow)
  let woken = false
  let repeating = false
  let resting: PromiseWithResolvers<void> | undefined

  const fill = (): void => {
    woken = false
    while (queue.length > 0 && !repeating && away.length < pace.most()) {
      let length = batchLength(queue, Math.min(target.capabilities.maxBatch, GROUPED_MESSAGES))
      // Two halves: the storage works on one while this process prepares the other.
      if (away.length === 0 && pace.most() > 1 && length >= SPLIT_FROM) length = Math.ceil(length / 2)
      const batch = queue.splice(0, length)
      for (const { bytes } of batch) admission.leave(bytes)
      send({ batch })
    }
    if (queue.length > 0 || away.length > 0 || repeating) return
    resting?.resolve()
    resting = undefined
  }
  // Callers of the same turn share the first batch too.
  const wake = (): void => {
    if (woken) return
    woken = true
    queueMicrotask(fill)
  }
  /**
   * Those who were just answered come again within this turn of the event loop: what waits goes with them. Sent at once it would leave them behind, and so the
   * callers would stay parted into groups that take turns, each of half the size, for as long as they go on.
   */
  const rejoin = (): void => {
    if (woken) return
    woken = true
    limits.nextTurn(fill)
  }
  const send = (one: Away): void => {
    away.push(one)
    pace.sent()
    ask(target, one.batch).then(
      (verdicts) => {
        away.splice(away.indexOf(one), 1)
        pace.answered(one.batch.length)
        answerAll(one.batch, verdicts)
        landed()
      },
      (error: unknown) => {
        one.failed = { error }
        pace.answered(0)
        repeating = true
        landed()
      },
    )
  }
  const landed = (): void => {
    if (repeating && away.every(({ failed }) => failed !== undefined)) void repeat()
    if (queue.length === 0) wake()
    else rejoin()
  }
  /** What failed is written again in its order, before anything else is sent. */
  const repeat = async (): Promise<void> => {
    for (const { batch, failed } of away) await write(target, batch, limits, failed)
    away.length = 0
    repeating = false
    wake()
  }

  return {
    submit(append) {
      return new Promise((resolve, reject) => {
        const bytes = heldBytes(append)
        admission.enter(bytes)
        queue.push({ append, weight: weightOf(append), bytes, resolve, reject })
        resting ??= Promise.withResolvers()
        wake()
      })
    },
    async idle() {
      while (resting !== undefined) await resting.promise
    },
  }
}

/** Whatever a backend throws comes as a rejection. */
async function ask(target: AppendTarget, batch: readonly Waiting[]): Promise<readonly Verdict[]> {
  return target.append(batch.map(({ append }) => append))
}

function weightOf(append: Append): number {
  let messages = (append.schedules?.length ?? 0) + (append.documents?.length ?? 0)
  for (const stream of append.streams) messages += stream.messages.length
  return Math.max(messages, 1)
}

/** How many appends from the head of the queue fit into one call; one that is too large by itself goes alone. */
function batchLength(queue: readonly Waiting[], most: number): number {
  let count = 0
  let weight = 0
  let bytes = 0
  for (const waiting of queue) {
    weight += waiting.weight
    bytes += waiting.bytes
    if (count > 0 && (weight > most || bytes > GROUPED_BYTES)) break
    count += 1
  }
  return count
}

/**
 * Writes a batch (that has failed once, with `failed`) and hands out its verdicts. What may have landed is repeated as it is (its ids make the repetition a
 * duplicate), what did not land because the storage was away is tried again; a batch that can not be written at all is split until the culprit stands alone.
 */
async function write(
  target: AppendTarget,
  batch: readonly Waiting[],
  limits: { readonly writeTries: number; readonly pause: Pause },
  failed?: { readonly error: unknown },
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      if (tried === 1 && failed !== undefined) throw failed.error
      answerAll(batch, await ask(target, batch))
      return
    } catch (error) {
      const code = error instanceof BackendError ? error.code : "invalid"
      if (code === "outcome-unknown" || code === "unavailable") {
        if (tried < limits.writeTries) {
          await limits.pause(Math.min(TRY_MAX_MS, TRY_MIN_MS * 2 ** tried))
          continue
        }
      } else if (batch.length > 1) {
        const half = Math.ceil(batch.length / 2)
        await write(target, batch.slice(0, half), limits)
        await write(target, batch.slice(half), limits)
        return
      }
      for (const waiting of batch) waiting.reject(error)
      return
    }
  }
}

function answerAll(batch: readonly Waiting[], verdicts: readonly Verdict[]): void {
  let at = 0
  for (const waiting of batch) {
    answer(waiting, verdicts[at])
    at += 1
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
