import type { MessageId, Position, StreamId, Version } from "./ids.ts"
import type { Json, JsonObject } from "./json.ts"

/** Whether a message asks for something (`command`) or says that it happened (`event`). */
export type MessageKind = "command" | "event"

/**
 * A message before it is stored: the envelope and its JSON payload. Immutable.
 * `createdAt` is an ISO 8601 instant in UTC with milliseconds, by the clock of the process that made the message.
 */
export interface Message<Type extends string = string, Payload = Json, Kind extends MessageKind = MessageKind> {
  readonly id: MessageId
  readonly kind: Kind
  readonly type: Type
  readonly streamId: StreamId
  readonly payload: Payload
  /** Any JSON object. What a message produces inherits it, under its own keys. */
  readonly metadata: JsonObject
  /** The id of the message that this one was produced by; its own id when nothing caused it. */
  readonly causationId: MessageId
  /** The id of the first message of the conversation; its own id when it began one. */
  readonly correlationId: MessageId
  readonly createdAt: string
  /**
   * True on a command that was decided in the very append that stored it (`execute`): its actor is not to decide it again.
   * Absent on every other message.
   */
  readonly decided?: true
}

/** A message as the log holds it. */
export interface StoredMessage<
  Type extends string = string,
  Payload = Json,
  Kind extends MessageKind = MessageKind,
> extends Message<Type, Payload, Kind> {
  readonly position: Position
  /** Events: their number in the stream, from 1. Commands: absent. */
  readonly version?: Version
  /** ISO 8601 instant in UTC by the storage's clock. It never falls along positions. */
  readonly recordedAt: string
}
