import { keepStoredPayload, storedPayload } from "./draft.ts"
import type { Message, MessageKind } from "./message.ts"

/** A message as one that another produced: it names its cause, stays in its conversation, and inherits metadata under its own. */
export function correlate<Type extends string, Payload, Kind extends MessageKind>(
  cause: Pick<Message<string, unknown>, "id" | "correlationId" | "metadata">,
  produced: Message<Type, Payload, Kind>,
): Message<Type, Payload, Kind> {
  const { id, kind, type, streamId, payload, createdAt } = produced
  const metadata = Object.freeze({ ...cause.metadata, ...produced.metadata })
  const conversation = { causationId: cause.id, correlationId: cause.correlationId }
  const correlated = Object.freeze({ id, kind, type, streamId, payload, metadata, ...conversation, createdAt })
  const stored = storedPayload(produced)
  if (stored !== undefined) keepStoredPayload(correlated, stored)
  return correlated
}
