import { setImmediate, setTimeout } from "node:timers/promises"

import { BackendError } from "@millrace/core/backend"

import { closedError, isBusy, isStorageFault } from "./errors.ts"
import { begin, type TransactionParts, type Writing } from "./transaction.ts"

/** The most writes that share one transaction. */
const WRITES_PER_COMMIT = 256
/** The lock stays free as long as user's work held it, and at most so long, so that other processes get their turn. */
const COURTESY_MS = 4
/** While others write too, the lock stays free this long between two transactions of ours: whoever waits looks for it only now and then. */
const GAP_MS = 1

/** `durable: false`: what is written may be lost with the machine's power. `light`: it reads the log's row before it trusts anything remembered, if it needs to. */
export interface How {
  readonly durable: boolean
  readonly light?: boolean
}

/**
 * All writes of this process, one after another: SQLite has one writer. Writes that wait together share one transaction, and so
 * one flush to the disk. A write that throws a `BackendError` (other than `corrupt`) has written nothing; one that throws anything else undoes the transaction, after
 * which each of its writes is run alone, so that only the culprit fails.
 */
export interface WriteQueue {
  /** Runs a write that needs no awaiting. */
  write<T>(run: (writing: Writing) => T, how?: How): Promise<T>
  /** Runs a write that awaits, alone in its transaction, which stays open meanwhile: everything else of this process queues behind it. */
  writeAlone<T>(run: (writing: Writing) => Promise<T>): Promise<T>
  /** Runs something between transactions. */
  between<T>(run: () => T): Promise<T>
  /** Whether a transaction stays open while somebody awaits. */
  readonly held: boolean
  /** Whether something waits or runs. */
  readonly busy: boolean
  /** Takes nothing more; resolves when everything queued before is done. */
  end(): Promise<void>
}

export type WriteQueueParts = TransactionParts & {
  /** An error as the queue's callers shall see it. */
  readonly toError: (error: unknown) => unknown
  /** Whether another process has written lately. */
  readonly shared: () => boolean
}

const DURABLE: How = { durable: true }

/** What a write leaves behind: how its caller is answered once it is stored. */
type Answer = () => void

type Waiting = { readonly reject: (error: unknown) => void } & (
  | { readonly kind: "together"; readonly how: How; readonly run: (writing: Writing) => Answer }
  | { readonly kind: "alone"; readonly run: (writing: Writing) => Promise<Answer> }
  | { readonly kind: "between"; readonly run: () => Answer }
)
type Together = Extract<Waiting, { kind: "together" }>

export function createWriteQueue(parts: WriteQueueParts): WriteQueue {
  const queue: Waiting[] = []
  let running: Promise<void> | undefined
  let held = false
  let ended = false
  let freeSince = Number.NEGATIVE_INFINITY

  const next = async (): Promise<void> => {
    const first = queue[0]
    if (first === undefined) return
    if (first.kind === "together") return runTogether(takeTogether(queue), parts)
    queue.shift()
    if (first.kind === "between") return runBetween(first)
    held = true
    const began = performance.now()
    await runAlone(first, parts)
    held = false
    await setTimeout(Math.min(COURTESY_MS, performance.now() - began))
  }
  const pump = async (): Promise<void> => {
    while (queue.length > 0) {
      // Whoever was just answered asks again first, and shares the next transaction.
      await (performance.now() - freeSince < GAP_MS && parts.shared() ? setTimeout(GAP_MS) : setImmediate())
      await next()
      freeSince = performance.now()
    }
    running = undefined
  }
  const add = (waiting: Waiting): void => {
    if (ended) return waiting.reject(closedError())
    queue.push(waiting)
    running ??= pump()
  }

  return {
    get held() {
      return held
    },
    write: (run, how) =>
      new Promise((resolve, reject) => {
        const answering = (writing: Writing): Answer => answerWith(run(writing), resolve)
        add({ kind: "together", how: how ?? DURABLE, run: answering, reject })
      }),
    writeAlone: (run) =>
      new Promise((resolve, reject) => {
        add({ kind: "alone", run: async (writing) => answerWith(await run(writing), resolve), reject })
      }),
    between: (run) =>
      new Promise((resolve, reject) => {
        add({ kind: "between", run: () => answerWith(run(), resolve), reject })
      }),
    get busy() {
      return running !== undefined
    },
    async end() {
      ended = true
      while (running !== undefined) await running
    },
  }
}

function answerWith<T>(value: T, resolve: (value: T) => void): Answer {
  return () => resolve(value)
}

function takeTogether(queue: Waiting[]): readonly Together[] {
  const batch: Together[] = []
  while (batch.length < WRITES_PER_COMMIT) {
    const first = queue[0]
    if (first?.kind !== "together") break
    batch.push(first)
    queue.shift()
  }
  return batch
}

async function runTogether(batch: readonly Together[], parts: WriteQueueParts): Promise<void> {
  const answers: Answer[] = []
  try {
    const transaction = await begin(parts, {
      durable: batch.some(({ how }) => how.durable),
      light: batch.every(({ how }) => how.light === true),
    })
    try {
      for (const one of batch) answers.push(attempt(one, transaction.writing, parts))
      transaction.commit()
    } catch (error) {
      transaction.undo()
      throw error
    }
  } catch (error) {
    if (batch.length > 1 && !isBusy(error) && !isStorageFault(error) && !isUnknown(error)) {
      for (const one of batch) await runTogether([one], parts)
      return
    }
    for (const one of batch) one.reject(parts.toError(error))
    return
  }
  for (const answer of answers) answer()
}

/** A write refused before it wrote anything fails by itself. */
function attempt(one: Together, writing: Writing, parts: WriteQueueParts): Answer {
  try {
    return one.run(writing)
  } catch (error) {
    if (!(error instanceof BackendError) || error.code === "corrupt") throw error
    return () => one.reject(parts.toError(error))
  }
}

async function runAlone(one: Extract<Waiting, { kind: "alone" }>, parts: WriteQueueParts): Promise<void> {
  let answer: Answer
  try {
    const transaction = await begin(parts, { durable: true, light: false })
    try {
      answer = await one.run(transaction.writing)
      transaction.commit()
    } catch (error) {
      transaction.undo()
      throw error
    }
  } catch (error) {
    one.reject(parts.toError(error))
    return
  }
  answer()
}

function runBetween(one: Extract<Waiting, { kind: "between" }>): void {
  try {
    one.run()()
  } catch (error) {
    one.reject(error)
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof BackendError && error.code === "outcome-unknown"
}
