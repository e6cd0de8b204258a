import { fromSortable, type Json, type JsonObject, type Message, type StoredMessage } from "@millrace/core/backend"

import { int, list, storedJson, text } from "./reply.ts"

/** What of a message is kept as JSON: what nothing in the server decides by. */
interface Body {
  readonly payload: Json
  readonly metadata: JsonObject
  readonly createdAt: string
  /** Absent where it is the message's own id. */
  readonly causationId?: string
  readonly decided?: true
}

/** The words of a message in a script's arguments: id, type, kind, correlation id (empty: its own id), body. */
export function wordsOfMessage(
  message: Message,
): readonly [id: string, type: string, kind: "e" | "c", correlation: string, body: string] {
  const { id, kind, type, payload, metadata, causationId, correlationId, createdAt, decided } = message
  const body: Body = {
    payload,
    metadata,
    createdAt,
    ...(causationId === id ? {} : { causationId }),
    ...(decided === undefined ? {} : { decided }),
  }
  return [id, type, kind === "event" ? "e" : "c", correlationId === id ? "" : correlationId, JSON.stringify(body)]
}

/** A message from its stream entry: position and fields. */
export function messageOfEntry(entry: unknown): StoredMessage {
  const [name, values] = list(entry)
  const position = text(name)
  const [, id, , type, , stream, , version, , at, , correlation, , body] = list(values)
  const number = text(version)
  const message = messageOf([
    text(id),
    text(type),
    number === "" ? "c" : "e",
    text(correlation),
    text(body),
    text(stream),
  ])
  return Object.freeze({
    ...message,
    position: int(position.slice(0, position.indexOf("-"))),
    ...(number === "" ? {} : { version: int(number) }),
    recordedAt: new Date(int(at)).toISOString(),
  })
}

/** A message from the words it was stored by, and its stream. */
export function messageOf([id, type, kind, correlation, json, stream]: readonly [
  string,
  string,
  string,
  string,
  string,
  string,
]): Message {
  const { payload, metadata, createdAt, causationId = id, decided } = storedJson<Body>(json)
  return {
    id,
    kind: kind === "e" ? "event" : "command",
    type,
    streamId: fromSortable(stream),
    payload,
    metadata,
    causationId,
    correlationId: correlation === "" ? id : correlation,
    createdAt,
    ...(decided === undefined ? {} : { decided }),
  }
}
