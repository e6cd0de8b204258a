import type { Append, Message } from "@millrace/core/backend"

import { documentOf, type MessageDocument } from "./commit-document.ts"
import type { EntrySize } from "./writer.ts"

/** An append before it has a place: the documents of its messages, made once, and what it takes in a commit. */
export interface Draft {
  /** Without versions and places yet; none where one of them can not be made. */
  readonly messages: readonly MessageDocument[]
  readonly size: EntrySize
}

/** What a message takes beside its texts: its fields' names, its numbers, its place in the list. */
const FIELD_BYTES = 180

/** What the keys of a message take. */
const KEYS_BYTES = 400

export function draftOf(one: Append): Draft {
  const messages: MessageDocument[] = []
  let bytes = 0
  for (const { messages: added } of one.streams)
    for (const message of added) {
      const document = documentIfAny(message)
      if (document === undefined) continue
      bytes += bytesOf(document)
      messages.push(document)
    }
  for (const { message } of one.schedules ?? []) {
    const document = documentIfAny(message)
    if (document !== undefined) bytes += bytesOf(document)
  }
  for (const { value } of one.documents ?? [])
    bytes += value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value))
  const count = countOf(one)
  // One that is missing would put the others into each other's places.
  const isWhole = messages.length === count - (one.schedules?.length ?? 0)
  return { messages: isWhole ? messages : [], size: { messages: count, bytes: bytes + count * KEYS_BYTES } }
}

/** How many messages an append makes or schedules. */
export function countOf({ streams, schedules }: Append): number {
  return streams.reduce((sum, stream) => sum + stream.messages.length, schedules?.length ?? 0)
}

/** `undefined` for values that JSON can not hold: their append is refused with the reason when it is judged. */
function documentIfAny(message: Message): MessageDocument | undefined {
  try {
    return documentOf(message, 0, 0)
  } catch {
    return undefined
  }
}

/** At least what the server will count. */
function bytesOf({ id, type, stream, payload, metadata, causation, correlation, created }: MessageDocument): number {
  let bytes = FIELD_BYTES + Buffer.byteLength(payload)
  for (const text of [id, type, stream, metadata, causation, correlation, created])
    if (text !== undefined) bytes += Buffer.byteLength(text)
  return bytes
}
