import type { Position, StoredMessage } from "@millrace/core/backend"

import type { Log } from "../log.ts"
import { boundsOf } from "../read.ts"
import { readEntries } from "../segments.ts"
import { storedMessageOf } from "../stored-message.ts"

/** The message at a position, unless there is none or it was trimmed. */
export async function messageAt(log: Log, position: Position): Promise<StoredMessage | undefined> {
  const { head, trimmedTo } = await boundsOf(log)
  if (!Number.isSafeInteger(position) || position <= trimmedTo || position > head) return undefined
  const [entry] = await readEntries(log.database, position - 1, position)
  return entry === undefined ? undefined : storedMessageOf(entry.message, entry.position, entry.at)
}
