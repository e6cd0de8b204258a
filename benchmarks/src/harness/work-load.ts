import { setTimeout } from "node:timers/promises"

import { type Entry, entryOf } from "./append-load.ts"
import type { Faults, Sample } from "./sample.ts"

/** What is done for each entry: a handler that may fail. */
export type Handle = (entry: Entry) => Promise<void> | void

/** A system that keeps entries until they are handled. */
export interface WorkTarget {
  /** Stores entries, in this order. */
  fill(entries: readonly Entry[]): Promise<void>
  /** Begins to hand out what is stored. */
  start(handle: Handle): Promise<void>
  /** Resolves once the storage holds everything as done: nothing of it would be handed out after a crash. */
  settled(): Promise<void>
  close(): Promise<void> | void
}

export interface WorkLoad {
  readonly entries: number
  readonly keys: number
  /** How long a handler takes. 0: it does nothing. */
  readonly workMs: number
  /** Whether the first try of every entry fails. */
  readonly failing: boolean
  /** The system promises no order: what comes out of order is told, and is no fault. */
  readonly unordered?: boolean
}

/** A round in which nothing more happens is over after this: what is missing counts as lost. */
const PATIENCE_MS = 15_000

/** Fills first, then measures from the start of the work until the storage holds all of it as done. */
export async function workThrough(target: WorkTarget, load: WorkLoad): Promise<Sample> {
  const watch = watchWork(load)
  try {
    const entries = entriesOf(load)
    // a key at most once in a call: pg-boss orders what one insert stores by chance
    for (let at = 0; at < entries.length; at += load.keys) await target.fill(entries.slice(at, at + load.keys))
    const began = performance.now()
    await target.start(watch.handle)
    const ended = await watch.ended()
    if (ended) await target.settled()
    const seconds = (performance.now() - began) / 1_000
    const faults = watch.faults()
    return load.unordered === true
      ? {
          ...counted(watch.done(), seconds),
          faults: { ...faults, outOfOrder: 0 },
          facts: { unordered: faults.outOfOrder },
        }
      : { ...counted(watch.done(), seconds), faults, facts: {} }
  } finally {
    await target.close()
  }
}

function counted(operations: number, seconds: number) {
  return { value: operations / seconds, operations }
}

/** Keys in rotation, so that entries of a key are as far apart as they can be. */
export function entriesOf({ entries, keys }: Pick<WorkLoad, "entries" | "keys">): readonly Entry[] {
  return Array.from({ length: entries }, (_, at) => entryOf(`cart-${at % keys}`, Math.floor(at / keys) + 1))
}

/** Does the work and notes what was done when. */
export function watchWork({ entries, workMs, failing }: WorkLoad) {
  const last = new Map<string, number>()
  const seen = new Set<string>()
  const failed = new Set<string>()
  let doubled = 0
  let outOfOrder = 0
  let movedAt = performance.now()
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => (finish = resolve))

  const note = ({ stream, number }: Entry): void => {
    const key = `${stream}/${number}`
    movedAt = performance.now()
    if (seen.has(key)) {
      doubled += 1
      return
    }
    seen.add(key)
    const before = last.get(stream) ?? 0
    if (number < before) outOfOrder += 1
    else last.set(stream, number)
    if (seen.size === entries) finish()
  }
  const failsNow = ({ stream, number }: Entry): boolean => {
    const key = `${stream}/${number}`
    if (!failing || failed.has(key)) return false
    failed.add(key)
    movedAt = performance.now()
    return true
  }
  const handle: Handle = (entry) => {
    if (workMs === 0 && !failing) return note(entry)
    return setTimeout(workMs).then(() => {
      if (failsNow(entry)) throw new Error("the first try fails, as the bench asks")
      note(entry)
    })
  }
  const stalled = async (): Promise<void> => {
    while (performance.now() - movedAt < PATIENCE_MS) await setTimeout(PATIENCE_MS / 10)
  }
  return {
    handle,
    done: () => seen.size,
    /** Resolves when all are done (true), or nothing has happened for long. */
    ended: async (): Promise<boolean> => {
      movedAt = performance.now()
      await Promise.race([finished, stalled()])
      return seen.size === entries
    },
    faults: (): Faults => ({ lost: entries - seen.size, doubled, outOfOrder }),
  }
}
