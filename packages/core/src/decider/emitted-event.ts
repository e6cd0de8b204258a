import { keepStoredForm, storedForm } from "../message/draft.ts"
import type { Version } from "../message/ids.ts"
import type { Message } from "../message/message.ts"

/** An event as a decision emits it: caused by its command, at the version it will have if nothing comes between. */
export interface EmittedEvent<Type extends string = string, Payload = unknown> extends Message<Type, Payload, "event"> {
  readonly version: Version
}

/** A draft as an event that a command led to. */
export function emittedEvent(
  command: Message<string, unknown>,
  draft: Message<string, unknown>,
  version: Version,
): EmittedEvent {
  const emitted = Object.freeze({
    id: draft.id,
    kind: "event",
    type: draft.type,
    streamId: draft.streamId,
    payload: draft.payload,
    metadata: command.metadata,
    causationId: command.id,
    correlationId: command.correlationId,
    createdAt: draft.createdAt,
    version,
  } as const)
  const stored = storedForm(draft)
  if (stored !== undefined) keepStoredForm(emitted, stored)
  return emitted
}
