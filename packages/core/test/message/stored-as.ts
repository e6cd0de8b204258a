import { encodeMessage, type Message, type StoredMessage } from "../../src/index.ts"

/** A message as a log would give it back: encoded, through JSON, with a place. */
export function storedAs(message: Message<string, unknown>, position = 1, version?: number): StoredMessage {
  const parsed: Message = JSON.parse(JSON.stringify(encodeMessage(message)))
  const place = version === undefined ? { position } : { position, version }
  return { ...parsed, ...place, recordedAt: message.createdAt }
}
