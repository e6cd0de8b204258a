import { storedForm } from "./draft.ts"
import { InvalidPayload } from "./invalid-payload.ts"
import type { Message } from "./message.ts"
import { plainJson } from "./plain-json.ts"
import { withShape } from "./shape.ts"

/**
 * A message as it is stored: its payload in JSON. Messages made by definitions are encoded by them; the payload of any other
 * has to be JSON already. Throws `InvalidPayload`.
 */
export function encodeMessage(message: Message<string, unknown>): Message {
  const { id, kind, type, streamId, causationId, correlationId, createdAt, decided } = message
  const stored = storedForm(message)
  const metadata = stored === undefined ? message.metadata : withShape(message.metadata, stored.shape)
  const payload = stored === undefined ? jsonOf(message) : stored.json
  const encoded = { id, kind, type, streamId, metadata, causationId, correlationId, createdAt, payload }
  return decided === undefined ? encoded : { ...encoded, decided }
}

function jsonOf({ type, streamId, payload }: Message<string, unknown>): Message["payload"] {
  const plain = plainJson(payload)
  if ("errors" in plain) throw new InvalidPayload(type, streamId, plain.errors)
  return plain.json
}
