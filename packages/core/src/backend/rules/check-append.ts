import type { Message } from "../../message/message.ts"
import type { Append, Verdict } from "../append.ts"

/** What a storage can hold. */
export interface Holds {
  readonly maxMessageBytes: number
  /** The longest id, type, key or collection, in UTF-16 code units. */
  readonly maxNameLength: number
}

/** A message's payload and metadata as JSON. */
export interface MessageJson {
  readonly payload: string
  readonly metadata: string
}

/** The longest name that every backend takes. */
export const MAX_NAME_LENGTH = 1_000

/**
 * Why an append can not be stored whatever the log holds: `bad-data`, or `undefined`. The same on every backend: names that are empty (a document's id may be), too
 * long or hold a NUL character or a lone surrogate; values that JSON can not give back; messages that are too large; a stream or document named twice; a key without a fingerprint.
 * `written`: is given the JSON of each message of the streams, in their order, as it was checked: who stores it has not to write it again.
 */
export function checkAppend(
  append: Append,
  holds: Holds,
  written?: MessageJson[],
): Extract<Verdict, { readonly kind: "refused" }> | undefined {
  const detail = faultOf(append, holds, written)
  return detail === undefined ? undefined : { kind: "refused", code: "bad-data", detail }
}

/** A NUL as JSON writes it; not the text that begins with an escaped backslash. */
const ESCAPED_NUL = /(?<!\\)(?:\\\\)*\\u0000/

function faultOf(append: Append, holds: Holds, written: MessageJson[] | undefined): string | undefined {
  const twice = append.streams.length > 1 ? repeatedStream(append) : undefined
  if (twice !== undefined) return `stream ${twice} occurs twice in the append: give its messages together`
  for (const { streamId, expected, messages } of append.streams) {
    const fault =
      nameFault("stream id", streamId, holds) ??
      expectationFault(streamId, expected) ??
      messagesFault(streamId, messages, holds, written)
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

function messagesFault(
  streamId: string,
  messages: readonly Message[],
  holds: Holds,
  written: MessageJson[] | undefined,
): string | undefined {
  for (const message of messages) {
    if (message.streamId !== streamId)
      return `message ${message.id} belongs to stream ${message.streamId}, not ${streamId}: address it with .to(…)`
    const fault = messageFault(message, holds, written)
    if (fault !== undefined) return fault
  }
  return undefined
}

function messageFault(message: Message, holds: Holds, written?: MessageJson[]): string | undefined {
  const name = nameFault("message id", message.id, holds) ?? nameFault("type", message.type, holds)
  if (name !== undefined) return name
  if (message.kind !== "event" && message.kind !== "command")
    return `message ${message.id} is neither event nor command`
  let json: MessageJson
  try {
    json = { payload: payloadJson(message.payload), metadata: metadataJson(message.metadata) }
  } catch (error) {
    return notJson(`message ${message.id}`, error)
  }
  const { payload, metadata } = json
  const tooLarge = sizeFault(payload.length + metadata.length, holds, () => Buffer.byteLength(payload + metadata))
  if (tooLarge !== undefined) return `message ${message.id} ${tooLarge}`
  if (holdsNul(payload) || holdsNul(metadata)) return `message ${message.id} ${NUL}`
  written?.push(json)
  return undefined
}

/** JSON has no word for nothing: a payload that is left out is `null`. */
function payloadJson(payload: unknown): string {
  const json: string | undefined = JSON.stringify(payload)
  return json ?? "null"
}

/** Nearly all have none: asking is cheaper than writing. */
function metadataJson(metadata: Message["metadata"]): string {
  for (const _ in metadata) return JSON.stringify(metadata)
  return "{}"
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

function valueFault(what: () => string, value: unknown, holds: Holds): string | undefined {
  let json: string | undefined
  try {
    json = JSON.stringify(value)
  } catch (error) {
    return notJson(what(), error)
  }
  if (json === undefined) return `${what()} is not JSON: it holds nothing that can be written down`
  const text = json
  const tooLarge = sizeFault(text.length, holds, () => Buffer.byteLength(text))
  if (tooLarge !== undefined) return `${what()} ${tooLarge}`
  return holdsNul(text) ? `${what()} ${NUL}` : undefined
}

function notJson(what: string, error: unknown): string {
  return `${what} is not JSON: ${error instanceof Error ? error.message : String(error)}`
}

/** `bytes`: asked where `length`, in UTF-16 code units, leaves a doubt. */
function sizeFault(length: number, { maxMessageBytes }: Holds, bytes: () => number): string | undefined {
  if (length * 3 <= maxMessageBytes) return undefined
  const size = bytes()
  return size <= maxMessageBytes ? undefined : `takes ${size} bytes: at most ${maxMessageBytes} are stored`
}

function holdsNul(json: string): boolean {
  return json.includes("\\u0000") && ESCAPED_NUL.test(json)
}

const NUL = "holds a NUL character: not every storage can keep one"
