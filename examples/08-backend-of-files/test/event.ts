import type { Message } from "@millrace/core/backend"

/** An event of stream `a`. */
export function event(id: string, payload = "x".repeat(200)): Message {
  const createdAt = new Date(0).toISOString()
  const envelope = { id, kind: "event", type: "happened", streamId: "a", causationId: id, correlationId: id } as const
  return { ...envelope, payload, metadata: {}, createdAt }
}
