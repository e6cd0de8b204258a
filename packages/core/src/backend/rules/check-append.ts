import type { Message } from "../../message/message.ts"
import type { Append, Verdict } from "../append.ts"

/** What a storage can hold. */
export interface Holds {
  readonly maxMessageBytes: number
  /** The longest id, type, key or collection, in UTF-16 code units. */
  readonly maxNameLength: number
}

/** The longest name that every backend takes. */
export const MAX_NAME_LENGTH = 1_000

/**
 * Why an append can not be stored whatever the log holds: `bad-data`, or `undefined`. The same on every backend: names that are empty (a document's id may be), too
 * long or hold a NUL character or a lone surrogate; values that JSON can not give back; messages that are too large; a stream or document named twice; a key without a fingerprint.
 */
export function checkAppend(append: Append, holds: Holds): Extract<Verdict, { readonly kind: "refused" }> | undefined {
  const detail = faultOf(append, holds)
  return detail === undefined ? undefined : { kind: "refused", code: "bad-data", detail }
}

/** A NUL as JSON writes it; not the text that begins with an escaped backslash. */
const ESCAPED_NUL = /(?<!\\)(?:\\\\)*\\u0000/

function faultOf(append: Append, holds: Holds): string | undefined {
  const twice = append.streams.length > 1 ? repeatedStream(append) : undefined
  if (twice !== undefined) return `stream ${twice} occurs twice in the append: give its messages together`
  for (const { streamId, expected, messages } of append.streams) {
    const fault =
      nameFault("stream id", streamId, holds) ??
      expectationFault(streamId, expected) ??
      messagesFault(streamId, messages, holds)
    if (fault !== undefined) return fault
  }
  for (const { message, at } of append.schedules ?? []) {
    if (!Number.isFinite(at)) return `schedule of ${message.id} at ${at}: give an instant in milliseconds`
    const fault = nameFault("stream id", message.streamId, holds) ?? messageFault(message, holds)
    if (fault !== undefined) return fault
  }
  return documentsFault(append, holds) ?? keyFault(append, holds)
}

function repeatedStream({ streams }: Append): string | undefined {
  const seen = new Set<string>()
  return streams.find(({ streamId }) => seen.size === seen.add(streamId).size)?.streamId
}

function messagesFault(streamId: string, messages: readonly Message[], holds: Holds): string | undefined {
  for (const message of messages) {
    if (message.streamId !== streamId)
      return `message ${message.id} belongs to stream ${message.streamId}, not ${streamId}: address it with .to(…)`
    const fault = messageFault(message, holds)
    if (fault !== undefined) return fault
  }
  return undefined
}

function messageFault(message: Message, holds: Holds): string | undefined {
  const name = nameFault("message id", message.id, holds) ?? nameFault("type", message.type, holds)
  if (name !== undefined) return name
  if (message.kind !== "event" && message.kind !== "command")
    return `message ${message.id} is neither event nor command`
  return valueFault(() => `message ${message.id}`, [message.payload, message.metadata], holds)
}

function documentsFault(append: Append, holds: Holds): string | undefined {
  if (append.documents === undefined) return undefined
  const seen = new Set<string>()
  for (const { collection, id, value } of append.documents) {
    const place = JSON.stringify([collection, id])
    if (seen.has(place)) return `document ${place} occurs twice in the append: put it once`
    seen.add(place)
    const fault =
      nameFault("collection", collection, holds) ??
      (id === "" ? undefined : nameFault("document id", id, holds)) ??
      (value === undefined ? undefined : valueFault(() => `document ${place}`, value, holds))
    if (fault !== undefined) return fault
  }
  return undefined
}

function keyFault({ idempotencyKey, fingerprint }: Append, holds: Holds): string | undefined {
  if (idempotencyKey === undefined) return undefined
  if (fingerprint === undefined) return "an idempotency key needs a fingerprint of the content beside it"
  return nameFault("idempotency key", idempotencyKey, holds)
}

function expectationFault(streamId: string, expected: unknown): string | undefined {
  if (typeof expected !== "number" || (Number.isSafeInteger(expected) && expected >= 0)) return undefined
  return `stream ${streamId} expects version ${expected}: give a whole number from 0`
}

/** Why this name can not be stored, or `undefined`. */
export function nameFault(
  what: string,
  name: string,
  { maxNameLength }: Pick<Holds, "maxNameLength">,
): string | undefined {
  if (name.length === 0) return `an empty ${what}: give it a name`
  if (name.length > maxNameLength) return `a ${what} of ${name.length} characters: at most ${maxNameLength} are stored`
  if (name.includes("\u0000"))
    return `${what} ${JSON.stringify(name)} holds a NUL character: not every storage can keep one`
  if (!name.isWellFormed())
    return `${what} ${JSON.stringify(name)} holds half of a surrogate pair: it can not be stored as text`
  return undefined
}

function valueFault(what: () => string, value: unknown, { maxMessageBytes }: Holds): string | undefined {
  let json: string | undefined
  try {
    json = JSON.stringify(value)
  } catch (error) {
    return `${what()} is not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
  if (json === undefined) return `${what()} is not JSON: it holds nothing that can be written down`
  if (json.length * 3 > maxMessageBytes && Buffer.byteLength(json) > maxMessageBytes)
    return `${what()} takes ${Buffer.byteLength(json)} bytes: at most ${maxMessageBytes} are stored`
  if (json.includes("\\u0000") && ESCAPED_NUL.test(json))
    return `${what()} holds a NUL character: not every storage can keep one`
  return undefined
}
