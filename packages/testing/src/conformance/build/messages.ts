import type { Json, JsonObject, Message, MessageId, MessageKind } from "@millrace/core/backend"

/** What a rule says of a message; the rest does not matter to it. */
export interface MessageFacts {
  readonly id?: MessageId
  readonly type?: string
  readonly payload?: Json
  readonly metadata?: JsonObject
  readonly causationId?: MessageId
  readonly correlationId?: MessageId
}

let made = 0

/** An id that no other message of the suite has, in the form of a UUID version 7. */
export function newId(): MessageId {
  made += 1
  return `019c0000-0000-7000-8000-${made.toString(16).padStart(12, "0")}`
}

/** An event of type `noted` unless the rule says otherwise. */
export function event(streamId: string, facts: MessageFacts = {}): Message {
  return build("event", "noted", streamId, facts)
}

/** A command of type `note` unless the rule says otherwise. */
export function command(streamId: string, facts: MessageFacts = {}): Message {
  return build("command", "note", streamId, facts)
}

/** So many events of one stream. */
export function events(streamId: string, count: number, facts: MessageFacts = {}): readonly Message[] {
  return Array.from({ length: count }, () => event(streamId, facts))
}

function build(kind: MessageKind, type: string, streamId: string, facts: MessageFacts): Message {
  const id = facts.id ?? newId()
  return {
    id,
    kind,
    type: facts.type ?? type,
    streamId,
    payload: facts.payload ?? { made },
    metadata: facts.metadata ?? {},
    causationId: facts.causationId ?? id,
    correlationId: facts.correlationId ?? facts.causationId ?? id,
    createdAt: "2026-01-02T03:04:05.678Z",
  }
}
