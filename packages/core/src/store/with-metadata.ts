import type { Append } from "../backend/append.ts"
import type { JsonObject } from "../message/json.ts"
import type { Message } from "../message/message.ts"

/** An append whose messages carry this metadata over what they have. Its fingerprint stays: metadata is no part of it. */
export function withMetadata(append: Append, metadata: JsonObject): Append {
  if (Object.keys(metadata).length === 0) return append
  const carrying = (message: Message): Message => ({ ...message, metadata: { ...message.metadata, ...metadata } })
  const { streams, schedules } = append
  return {
    ...append,
    streams: streams.map((stream) => ({ ...stream, messages: stream.messages.map(carrying) })),
    ...(schedules === undefined
      ? {}
      : { schedules: schedules.map(({ message, at }) => ({ message: carrying(message), at })) }),
  }
}
