import type { Position, StoredMessage } from "@millrace/core/backend"

import type { Log } from "./log.ts"
import { segmentOf } from "./segments.ts"
import { storedMessageOf } from "./stored-message.ts"

/** The messages at these positions that are in the log. */
export async function messagesAt(
  log: Log,
  positions: readonly Position[],
): Promise<ReadonlyMap<Position, StoredMessage>> {
  const wanted = new Set(positions)
  const found = new Map<Position, StoredMessage>()
  for (const number of new Set(positions.map(segmentOf))) {
    for (const { position, at, message } of await log.segments.load(number, log.chain.head))
      if (wanted.has(position)) found.set(position, storedMessageOf(message, position, at))
  }
  return found
}
