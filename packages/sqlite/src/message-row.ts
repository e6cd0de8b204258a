import { type Json, type JsonObject, type Message, type StoredMessage, fromSortable } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { int, type Row, text, textOrNull, type Value } from "./row.ts"
import { insertMessage } from "./sql/insert-message.ts"
import { storedJson } from "./stored-json.ts"
import type { Types } from "./types.ts"

const COMMAND = 0
const EVENT = 1
const DECIDED = 2

/** A message's own columns, as they are stored. */
interface MessageColumns {
  readonly id: string
  readonly kind: number
  readonly causation: Value
  readonly correlation: Value
  readonly createdAt: string
  readonly metadata: Value
  readonly payload: string
}

export function messageColumns(message: Message): MessageColumns {
  const metadata = JSON.stringify(message.metadata)
  return {
    id: message.id,
    kind: message.kind === "event" ? EVENT : message.decided === true ? DECIDED : COMMAND,
    causation: message.causationId === message.id ? null : message.causationId,
    correlation: message.correlationId === message.id ? null : message.correlationId,
    createdAt: message.createdAt,
    metadata: metadata === "{}" ? null : metadata,
    payload: JSON.stringify(message.payload),
  }
}

export function insertMessageRow(
  db: Connection,
  columns: MessageColumns,
  at: {
    readonly position: number
    readonly type: number
    readonly stream: { readonly id: number; readonly version: number; readonly partition: number }
    readonly recordedAt: number
  },
): void {
  db.run(
    insertMessage,
    at.position,
    columns.id,
    columns.kind,
    at.type,
    at.stream.id,
    at.stream.version,
    at.stream.partition,
    columns.causation,
    columns.correlation,
    columns.createdAt,
    at.recordedAt,
    columns.metadata,
    columns.payload,
  )
}

/** A message from the columns that the reading statements give, in their order. */
export function messageOf(row: Row, types: Types, db: Connection): StoredMessage {
  const id = text(row[1])
  const kind = int(row[2])
  const metadata = textOrNull(row[10])
  const common = {
    id,
    type: types.nameOf(db, int(row[3])),
    streamId: fromSortable(text(row[4])),
    payload: parsed(text(row[11])),
    metadata: metadata === null ? NO_METADATA : parsedObject(metadata),
    causationId: textOrNull(row[6]) ?? id,
    correlationId: textOrNull(row[7]) ?? id,
    createdAt: text(row[8]),
    position: int(row[0]),
    recordedAt: instantText(int(row[9])),
  }
  if (kind === EVENT) return { ...common, kind: "event", version: int(row[5]) }
  return kind === DECIDED ? { ...common, kind: "command", decided: true } : { ...common, kind: "command" }
}

const NO_METADATA: JsonObject = Object.freeze({})

function parsed(json: string): Json {
  return storedJson<Json>(json)
}

function parsedObject(json: string): JsonObject {
  return storedJson<JsonObject>(json)
}

let lastInstant = 0
let lastText = new Date(0).toISOString()

/** Many messages share one instant. */
function instantText(instant: number): string {
  if (instant !== lastInstant) {
    lastInstant = instant
    lastText = new Date(instant).toISOString()
  }
  return lastText
}
