import {
  type Json,
  type JsonObject,
  type Message,
  type MessageJson,
  type MessageKind,
  type StoredMessage,
  fromSortable,
} from "@millrace/core/backend"

import type { Row } from "./database.ts"
import { int, text } from "./row.ts"
import { storedJson } from "./stored-json.ts"

const COMMAND = 0
const EVENT = 1
const DECIDED = 2

/** The columns of a message that differ from its fields. */
export interface EncodedMessage {
  readonly kind: number
  readonly causation: string | null
  readonly correlation: string | null
  readonly metadata: string | null
  readonly payload: string
}

/** `json`: as the message was checked, where that is at hand. */
export function encodeMessage(message: Message, json?: MessageJson): EncodedMessage {
  return {
    kind: message.kind === "event" ? EVENT : message.decided === true ? DECIDED : COMMAND,
    causation: message.causationId === message.id ? null : message.causationId,
    correlation: message.correlationId === message.id ? null : message.correlationId,
    metadata: isEmpty(message.metadata) ? null : (json?.metadata ?? JSON.stringify(message.metadata)),
    payload: json?.payload ?? JSON.stringify(message.payload),
  }
}

function isEmpty(metadata: JsonObject): boolean {
  for (const _ in metadata) return false
  return true
}

/** A stored message from its columns, which begin at `from`. */
export function messageOf(row: Row, from = 0): StoredMessage {
  const kindNumber = int(row[from + 3])
  const kind: MessageKind = kindNumber === EVENT ? "event" : "command"
  const id = text(row[from + 4])
  const payload = storedJson<Json>(text(row[from + 11]))
  const metadataText = row[from + 10]
  const metadata = metadataText === null || metadataText === undefined ? {} : storedJson<JsonObject>(metadataText)
  const message = {
    id,
    kind,
    type: text(row[from + 5]),
    streamId: fromSortable(text(row[from + 6])),
    payload,
    metadata,
    causationId: row[from + 8] ?? id,
    correlationId: row[from + 9] ?? id,
    createdAt: text(row[from + 7]),
    position: int(row[from]),
    recordedAt: instantText(int(row[from + 1])),
  }
  if (kind === "event") return { ...message, version: int(row[from + 2]) }
  return kindNumber === DECIDED ? { ...message, decided: true } : message
}

/** Neighbours were mostly recorded in one append: the last text is kept. */
let recorded = { at: 0, text: new Date(0).toISOString() }

function instantText(at: number): string {
  if (recorded.at !== at) recorded = { at, text: new Date(at).toISOString() }
  return recorded.text
}
