import {
  BackendError,
  type Instant,
  type Json,
  type JsonObject,
  type Message,
  type Position,
  type StoredMessage,
} from "@millrace/core/backend"

import type { MessageDocument } from "./commit-document.ts"

/** A message as it was given, from its document. */
export function messageOf(document: MessageDocument): Message {
  const { id, kind, type, stream, causation = id, correlation = id, created } = document
  return {
    id,
    kind,
    type,
    streamId: stream,
    payload: storedJson<Json>(document.payload),
    metadata: document.metadata === undefined ? {} : storedJson<JsonObject>(document.metadata),
    causationId: causation,
    correlationId: correlation,
    createdAt: created,
    ...(document.decided === true ? { decided: true } : {}),
  }
}

/** The message at a position. Built in one go, and not copied: this runs for every message that is read. */
export function storedMessageOf(document: MessageDocument, position: Position, at: Instant): StoredMessage {
  const { id, kind, type, stream, version, causation = id, correlation = id, created } = document
  const payload = storedJson<Json>(document.payload)
  const metadata = document.metadata === undefined ? {} : storedJson<JsonObject>(document.metadata)
  const recordedAt = instantText(at)
  if (kind === "event")
    return {
      id,
      kind,
      type,
      streamId: stream,
      payload,
      metadata,
      causationId: causation,
      correlationId: correlation,
      createdAt: created,
      position,
      recordedAt,
      version,
    }
  const message = {
    id,
    kind,
    type,
    streamId: stream,
    payload,
    metadata,
    causationId: causation,
    correlationId: correlation,
    createdAt: created,
    position,
    recordedAt,
  }
  return document.decided === true ? { ...message, decided: true } : message
}

/** Neighbours were mostly recorded in one append: the last text is kept. */
let recorded = { at: 0, text: new Date(0).toISOString() }

function instantText(at: Instant): string {
  if (recorded.at !== at) recorded = { at, text: new Date(at).toISOString() }
  return recorded.text
}

/** What the log wrote as JSON itself, of the type that it wrote. */
export function storedJson<T>(json: string): T {
  try {
    return parse(json)
  } catch (error) {
    throw new BackendError("corrupt", "a collection of the log holds broken JSON: something else wrote to it", {
      cause: error,
    })
  }
}

/** The one place where stored JSON becomes a type: only what this package wrote reaches it. */
const parse: <T>(json: string) => T = JSON.parse
