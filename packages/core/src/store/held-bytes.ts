import type { Append } from "../backend/append.ts"
import type { Message } from "../message/message.ts"

/** What a message takes beside its payload and metadata: its ids, its instants, its two forms, and the promises of whoever waits for it (measured). */
const ENVELOPE_BYTES = 1_536
/** What a number, a boolean or `null` takes, and each item or key of what holds it. */
const SLOT_BYTES = 8

/** About how many bytes an append holds in memory while it waits: text by its length, everything else by its slots. */
export function heldBytes({ streams, schedules, documents }: Append): number {
  let bytes = 0
  for (const { messages } of streams) for (const message of messages) bytes += messageBytes(message)
  if (schedules !== undefined) for (const { message } of schedules) bytes += messageBytes(message)
  if (documents !== undefined) for (const { value } of documents) bytes += ENVELOPE_BYTES + valueBytes(value)
  return bytes
}

/** The same of one message, stored or not. */
export function messageBytes({ payload, metadata }: Pick<Message<string, unknown>, "payload" | "metadata">): number {
  return ENVELOPE_BYTES + valueBytes(payload) + valueBytes(metadata)
}

function valueBytes(value: unknown): number {
  if (typeof value === "string") return SLOT_BYTES + value.length
  if (typeof value !== "object" || value === null) return SLOT_BYTES
  let bytes = SLOT_BYTES
  if (Array.isArray(value)) {
    for (const item of value) bytes += valueBytes(item)
    return bytes
  }
  if (isFields(value)) for (const key in value) bytes += key.length + valueBytes(value[key])
  return bytes
}

/** What is neither a list nor a plain value: its keys are looked at in place, for lists of them would be garbage of each write. */
function isFields(value: object): value is Readonly<Record<string, unknown>> {
  return !Array.isArray(value)
}
