import { DefinitionError } from "./definition-error.ts"
import type { Instant, MessageId, StreamId } from "./ids.ts"
import { isoInstant } from "./iso-instant.ts"
import type { Json, JsonObject } from "./json.ts"
import type { Message, MessageKind } from "./message.ts"
import { plainJson } from "./plain-json.ts"
import type { StoredForm } from "./shape.ts"
import { messageSource } from "./source.ts"

/** A message that is not stored yet. A value: what its methods give is another message, with an id of its own. */
export interface Draft<
  Type extends string = string,
  Payload = unknown,
  Kind extends MessageKind = MessageKind,
> extends Message<Type, Payload, Kind> {
  /** The same for another stream. */
  to(streamId: string): Draft<Type, Payload, Kind>
  /** The same, due at a date: returned by a handler, or dispatched, it is appended then. */
  at(date: Date): Draft<Type, Payload, Kind>
  /** The same with more metadata, under the keys given. */
  withMetadata(metadata: JsonObject): Draft<Type, Payload, Kind>
}

/** What a draft is made of. Ids that are left out are its own new one: nothing caused it, and it begins a conversation. */
export interface DraftParts {
  readonly kind: MessageKind
  readonly type: string
  readonly streamId: StreamId
  /** Deeply frozen. */
  readonly payload: unknown
  /** The payload as it is stored. */
  readonly stored: StoredForm
  readonly metadata?: JsonObject
  readonly causationId?: MessageId
  readonly correlationId?: MessageId
  readonly due?: Instant
}

/** The stored form of payloads that their schema encodes: a message made from a draft with a spread is still known. */
const storedForms = new WeakMap<object, StoredForm>()

class MessageDraft implements Draft {
  readonly id: MessageId
  readonly kind: MessageKind
  readonly type: string
  readonly streamId: StreamId
  readonly payload: unknown
  readonly metadata: JsonObject
  readonly causationId: MessageId
  readonly correlationId: MessageId
  readonly createdAt: string
  readonly #stored: StoredForm
  readonly #due: Instant | undefined

  constructor(parts: DraftParts) {
    const source = messageSource()
    this.id = source.newId()
    this.kind = parts.kind
    this.type = parts.type
    this.streamId = parts.streamId
    this.payload = parts.payload
    this.metadata = parts.metadata ?? NO_METADATA
    this.causationId = parts.causationId ?? this.id
    this.correlationId = parts.correlationId ?? this.id
    this.createdAt = isoInstant(parts.due ?? source.now())
    this.#stored = parts.stored
    this.#due = parts.due
    Object.freeze(this)
  }

  to(streamId: string): Draft {
    return draft({ ...this.#parts(), streamId: requireStreamId(this.type, streamId) })
  }

  at(date: Date): Draft {
    const due = date.getTime()
    if (Number.isNaN(due)) throw new DefinitionError(`at(…) of ${this.type} got an invalid date`)
    return draft({ ...this.#parts(), due })
  }

  withMetadata(metadata: JsonObject): Draft {
    return draft({ ...this.#parts(), metadata: mergedMetadata(this.type, this.metadata, metadata) })
  }

  #parts(): DraftParts {
    const { kind, type, streamId, payload, metadata, id, causationId, correlationId } = this
    return {
      kind,
      type,
      streamId,
      payload,
      metadata,
      stored: this.#stored,
      ...(causationId === id ? {} : { causationId }),
      ...(correlationId === id ? {} : { correlationId }),
      ...(this.#due === undefined ? {} : { due: this.#due }),
    }
  }

  static storedOf(message: object): StoredForm | undefined {
    return #stored in message ? message.#stored : undefined
  }

  static dueOf(message: object): Instant | undefined {
    return #due in message ? message.#due : undefined
  }
}

const NO_METADATA: JsonObject = Object.freeze({})

/** Makes a draft. Its parts are taken as they are: who calls has checked them. */
export function draft(parts: DraftParts): Draft {
  const { payload, stored } = parts
  const isOwnForm = payload === stored.json && stored.shape === 0
  if (!isOwnForm && typeof payload === "object" && payload !== null) keepStoredForm(payload, stored)
  return new MessageDraft(parts)
}

/** Remembers the stored form of a message's payload (or of a payload). */
export function keepStoredForm(of: object, stored: StoredForm): void {
  storedForms.set(of, stored)
}

/** When a message is due that was made with `.at(date)`; `undefined` for all others. */
export function dueAt(message: object): Instant | undefined {
  return MessageDraft.dueOf(message)
}

/** The stored form of a message's payload, where a definition made it. */
export function storedForm(message: Message<string, unknown>): StoredForm | undefined {
  const own = MessageDraft.storedOf(message) ?? storedForms.get(message)
  if (own !== undefined) return own
  const { payload } = message
  return typeof payload === "object" && payload !== null ? storedForms.get(payload) : undefined
}

/** A stream id a message can go to. */
export function requireStreamId(type: string, streamId: string): StreamId {
  if (typeof streamId === "string" && streamId !== "") return streamId
  throw new DefinitionError(`${type} needs a stream id: a string that is not empty`)
}

/** Metadata under another: JSON, frozen. */
export function mergedMetadata(type: string, under: JsonObject, over: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const plain = plainJson(value)
    if ("errors" in plain) {
      const wrong = plain.errors.map(({ path, message }) => `${path === "" ? key : `${key}.${path}`}: ${message}`)
      throw new DefinitionError(`the metadata of ${type} is not JSON: ${wrong.join("; ")}`)
    }
    merged[key] = plain.json
  }
  return Object.freeze(merged)
}
