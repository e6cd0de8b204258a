import { encodeMessage, type Json, type Message, type StoredMessage } from "../../src/index.ts"

/** A message as a log would give it back: encoded, its payload through JSON, with a place. */
export function storedAs(message: Message<string, unknown>, position = 1, version?: number): StoredMessage {
  const encoded = encodeMessage(message)
  const place = version === undefined ? { position } : { position, version }
  return { ...encoded, payload: throughJson(encoded.payload), ...place, recordedAt: message.createdAt }
}

function throughJson(payload: Json): Json {
  const parsed: unknown = JSON.parse(JSON.stringify(payload))
  if (!isJson(parsed)) throw new Error("JSON gave back something that is not JSON")
  return parsed
}

function isJson(value: unknown): value is Json {
  return value !== undefined
}
