import { keepStoredForm, storedForm } from "./draft.ts"
import type { Message, MessageKind } from "./message.ts"
import { withoutShape } from "./shape.ts"

/** A message as one that another produced: it names its cause, stays in its conversation, and inherits metadata under its own. */
export function correlate<Type extends string, Payload, Kind extends MessageKind>(
  cause: Pick<Message<string, unknown>, "id" | "correlationId" | "metadata">,
  produced: Message<Type, Payload, Kind>,
): Message<Type, Payload, Kind> {
  const { id, kind, type, streamId, payload, createdAt } = produced
  const metadata = Object.freeze({ ...withoutShape(cause.metadata), ...produced.metadata })
  const conversation = { causationId: cause.id, correlationId: cause.correlationId }
  const correlated = Object.freeze({ id, kind, type, streamId, payload, metadata, ...conversation, createdAt })
  const stored = storedForm(produced)
  if (stored !== undefined) keepStoredForm(correlated, stored)
  return correlated
}
