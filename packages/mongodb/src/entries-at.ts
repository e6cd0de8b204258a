import type { Position } from "@millrace/core/backend"

import type { Log } from "./log.ts"
import { entryAt, type LogEntry, segmentOf } from "./segments.ts"

/** What the log holds at these positions, which rise; `undefined` where a message is gone. */
export async function entriesAt(log: Log, positions: readonly Position[]): Promise<readonly (LogEntry | undefined)[]> {
  const found: (LogEntry | undefined)[] = []
  let number = -1
  let entries: readonly LogEntry[] = []
  for (const position of positions) {
    if (segmentOf(position) !== number) {
      number = segmentOf(position)
      entries = await log.segments.load(number, log.chain.head)
    }
    found.push(entryAt(entries, position))
  }
  return found
}
