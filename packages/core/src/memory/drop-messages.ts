import type { Position } from "../message/ids.ts"
import type { LogState, TypeIndex } from "./log-state.ts"
import { indexAbove } from "./positions.ts"

/** Removes the messages up to a position from the log and every index, and the idempotency keys of their appends. */
export function dropMessages(log: LogState, upto: Position): void {
  const dropped = log.entries.splice(0, upto - log.trimmedTo)
  log.trimmedTo = upto
  for (const { id, kind, type, correlationId } of dropped) {
    log.byId.delete(id)
    const conversation = log.conversations.get(correlationId)
    if (typeof conversation === "number" || conversation?.at(-1) === undefined || (conversation.at(-1) ?? 0) <= upto)
      log.conversations.delete(correlationId)
    if (kind === "command") countDown(log.commands, type)
  }
  for (const positions of log.conversations.values()) if (typeof positions !== "number") dropFront(positions, upto)
  for (const index of [log.types, ...log.partitionTypes]) dropTypes(index, upto)
  for (const streamId of new Set(dropped.map((message) => message.streamId))) {
    const stream = log.streams.get(streamId)
    if (stream === undefined) continue
    dropFront(stream.positions, upto)
    stream.trimmed += dropFront(stream.events, upto)
  }
  for (const [key, { at }] of log.keys) if (at <= upto) log.keys.delete(key)
}

function dropTypes(index: TypeIndex, upto: Position): void {
  for (const [type, positions] of index) {
    dropFront(positions, upto)
    if (positions.length === 0) index.delete(type)
  }
}

/** Drops the positions up to one; answers how many. */
function dropFront(positions: Position[], upto: Position): number {
  const count = indexAbove(positions, upto)
  if (count > 0) positions.splice(0, count)
  return count
}

function countDown(counts: Map<string, number>, type: string): void {
  const left = (counts.get(type) ?? 0) - 1
  if (left > 0) counts.set(type, left)
  else counts.delete(type)
}
