import { type Append, type ExpectedVersion, partitionOf, toSortable } from "@millrace/core/backend"

import type { Word } from "./connection.ts"
import { wordsOfMessage } from "./message-entry.ts"

/** An append as the scripts read it from their arguments. */
export function wordsOfAppend(append: Append, partitions: number): readonly Word[] {
  const { streams, schedules = [], documents = [], idempotencyKey = "", fingerprint = "" } = append
  const [stream, ...others] = streams
  const [message, ...more] = stream?.messages ?? []
  const plain = idempotencyKey === "" && schedules.length + documents.length + others.length + more.length === 0
  if (plain && stream !== undefined && message !== undefined) {
    const { streamId, expected } = stream
    const [id, type, kind, correlation, body] = wordsOfMessage(message)
    const name = toSortable(streamId)
    const partition = partitionOf(streamId, partitions)
    if (expected === "any" && kind === "e" && correlation === "") return ["event", name, partition, id, type, body]
    return ["one", name, partition, expectedWord(expected), id, type, kind, correlation, body]
  }
  const words: Word[] = ["all", idempotencyKey, fingerprint, streams.length, schedules.length, documents.length]
  for (const { streamId, expected, messages } of streams) {
    words.push(toSortable(streamId), partitionOf(streamId, partitions), expectedWord(expected), messages.length)
    for (const message of messages) words.push(...wordsOfMessage(message))
  }
  for (const { message, at } of schedules) {
    const { streamId } = message
    words.push(Math.ceil(at), toSortable(streamId), partitionOf(streamId, partitions), ...wordsOfMessage(message))
  }
  for (const { collection, id, expectedRevision, value } of documents) {
    const change = value === undefined ? "delete" : "put"
    words.push(collection, toSortable(id), expectedRevision, change, value === undefined ? "" : JSON.stringify(value))
  }
  return words
}

function expectedWord(expected: ExpectedVersion): Word {
  if (expected === "no-stream") return "none"
  if (expected === "stream-exists") return "some"
  return expected
}

/** How many messages an append stores, schedules included. */
export function countMessages({ streams, schedules = [] }: Append): number {
  return streams.reduce((sum, { messages }) => sum + messages.length, schedules.length)
}
