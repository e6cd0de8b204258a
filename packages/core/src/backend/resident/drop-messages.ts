import type { Position, StreamId } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { AppendedAt } from "../append.ts"
import { type LogState, messageAt, type TypeIndex } from "./log-state.ts"
import { indexAbove } from "./positions.ts"

/** Removes the messages up to a position from the log and every index, and the idempotency keys of appends of which nothing is left. Answers how many. */
export function dropMessages(log: LogState, upto: Position): number {
  const places = log.entries.splice(0, upto - log.trimmedTo)
  const dropped = places.filter((message) => message !== undefined)
  log.emptied -= places.length - dropped.length
  log.trimmedTo = upto
  for (const { id, kind, type, correlationId, position } of dropped) {
    log.byId.delete(id)
    log.touched?.messages.add(String(position))
    const conversation = log.conversations.get(correlationId)
    if (typeof conversation === "number" || conversation?.at(-1) === undefined || (conversation.at(-1) ?? 0) <= upto)
      log.conversations.delete(correlationId)
    if (kind === "command") countDown(log.commands, type)
  }
  for (const positions of log.conversations.values()) if (typeof positions !== "number") dropFront(positions, upto)
  for (const index of [log.types, ...log.partitionTypes]) dropTypes(index, upto)
  for (const streamId of new Set(dropped.map((message) => message.streamId))) dropFromStream(log, streamId, upto)
  for (const [key, { at, of }] of log.keys) if (at <= upto || !isLeft(log, of)) dropKey(log, key)
  return dropped.length
}

/** Removes the oldest messages of a category, by position, from the log and every index, and the idempotency keys of appends of which nothing is left. */
export function dropOldest(log: LogState, oldest: readonly StoredMessage[]): void {
  const gone = new Set<Position>()
  const ends = new Map<StreamId, Position>()
  for (const { id, kind, type, correlationId, streamId, position } of oldest) {
    log.entries[position - log.trimmedTo - 1] = undefined
    log.emptied += 1
    log.touched?.messages.add(String(position))
    gone.add(position)
    ends.set(streamId, position)
    log.byId.delete(id)
    const conversation = log.conversations.get(correlationId)
    if (typeof conversation === "number" || conversation?.length === 1) log.conversations.delete(correlationId)
    else conversation?.splice(conversation.indexOf(position), 1)
    if (kind === "command") countDown(log.commands, type)
  }
  for (const index of [log.types, ...log.partitionTypes])
    for (const type of new Set(oldest.map((message) => message.type))) dropFromType(index, type, gone)
  for (const [streamId, end] of ends) dropFromStream(log, streamId, end)
  for (const [key, { of }] of log.keys) if (!isLeft(log, of)) dropKey(log, key)
}

function dropKey(log: LogState, key: string): void {
  log.keys.delete(key)
  log.touched?.keys.add(key)
}

/** Whether a message of an append is still there. An append without messages ends with nothing that could be taken from it. */
function isLeft(log: LogState, { firstPosition, position }: AppendedAt): boolean {
  if (position === 0) return true
  for (let at = firstPosition; at <= position; at += 1) if (messageAt(log, at) !== undefined) return true
  return false
}

function dropFromType(index: TypeIndex, type: string, gone: ReadonlySet<Position>): void {
  const left = index.get(type)?.filter((position) => !gone.has(position)) ?? []
  if (left.length > 0) index.set(type, left)
  else index.delete(type)
}

function dropFromStream(log: LogState, streamId: StreamId, upto: Position): void {
  const stream = log.streams.get(streamId)
  if (stream === undefined) return
  dropFront(stream.positions, upto)
  stream.trimmed += dropFront(stream.events, upto)
  log.touched?.streams.add(streamId)
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
