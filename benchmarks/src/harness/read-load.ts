import { type Entry, entryOf } from "./append-load.ts"
import type { Sample } from "./sample.ts"

/** A log that is read from end to end. */
export interface ReadTarget {
  /** Stores entries, in this order. */
  fill(entries: readonly Entry[]): Promise<void>
  /** Opens the log anew: what was read or written before is not in its memory. */
  reopen(): Promise<LogReader>
  close(): Promise<void> | void
}

/** An open log that nothing has been read of. */
export interface LogReader {
  /** Reads all of the log, decoded, in order; tells each entry. */
  read(onEntry: (entry: Pick<Entry, "stream" | "number">) => void): Promise<void>
  close(): Promise<void>
}

const STREAMS = 1_000
const FILL_AT_ONCE = 1_000

/** Fills the log, reads it once so that the code is warm, and measures the second time, on a log opened anew. */
export async function readThrough(target: ReadTarget, count: number): Promise<Sample> {
  try {
    const entries = Array.from({ length: count }, (_, at) =>
      entryOf(`cart-${at % STREAMS}`, Math.floor(at / STREAMS) + 1),
    )
    for (let at = 0; at < count; at += FILL_AT_ONCE) await target.fill(entries.slice(at, at + FILL_AT_ONCE))
    const first = await target.reopen()
    await first.read(() => {})
    await first.close()
    const reader = await target.reopen()
    const seen: Pick<Entry, "stream" | "number">[] = []
    const began = performance.now()
    await reader.read((entry) => void seen.push(entry))
    const seconds = (performance.now() - began) / 1_000
    await reader.close()
    const wanted = new Set(entries.map(({ stream, number }) => `${stream}/${number}`))
    let doubled = 0
    let outOfOrder = 0
    seen.forEach(({ stream, number }, at) => {
      if (!wanted.delete(`${stream}/${number}`)) doubled += 1
      else if (entries[at]?.stream !== stream || entries[at].number !== number) outOfOrder += 1
    })
    return {
      value: seen.length / seconds,
      operations: seen.length,
      faults: { lost: wanted.size, doubled, outOfOrder },
      facts: {},
    }
  } finally {
    await target.close()
  }
}
