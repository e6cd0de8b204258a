import { AssertionError } from "node:assert"
import { isDeepStrictEqual } from "node:util"

import { encodeMessage, type Json, type Message } from "@millrace/core"

/** A message as tests hold it: built by a constructor, or read from a log. */
export type AnyMessage = Message<string, unknown>

/** What of a message a test means: ids, instants, positions and versions are nobody's expectation. */
interface Meant {
  readonly type: string
  readonly streamId: string
  readonly payload: Json
  readonly metadata?: Readonly<Record<string, Json | undefined>>
}

/**
 * Compares lists of messages one by one: order and repeats count; type, stream and payload (as stored) must be the same. Of the
 * metadata only the keys that the expected message has. Answers the failure to throw, or `undefined` when they match.
 */
export function compareMessages(
  actual: readonly AnyMessage[],
  expected: readonly AnyMessage[],
): AssertionError | undefined {
  const meantActual = actual.map((message, at) => meantOf(message, expected[at]))
  const meantExpected = expected.map((message) => meantOf(message, message))
  if (isDeepStrictEqual(meantActual, meantExpected)) return undefined
  const differing = meantExpected.findIndex((message, at) => !isDeepStrictEqual(message, meantActual[at]))
  const { message: difference } = new AssertionError({
    actual: meantActual,
    expected: meantExpected,
    operator: "deepStrictEqual",
  })
  return new AssertionError({
    message: `${headline(actual, expected, differing)}\n${difference}`,
    actual: meantActual,
    expected: meantExpected,
    operator: "assertMessages",
  })
}

function headline(actual: readonly AnyMessage[], expected: readonly AnyMessage[], differing: number): string {
  const found = `expected ${listed(expected)}, found ${listed(actual)}`
  if (actual.length !== expected.length) return found
  return `${found}: message ${differing + 1} differs`
}

function listed(messages: readonly AnyMessage[]): string {
  if (messages.length === 0) return "no messages"
  return `${messages.length} [${messages.map((message) => `${message.type} on ${message.streamId}`).join(", ")}]`
}

function meantOf(message: AnyMessage, expected: AnyMessage | undefined): Meant {
  const { type, streamId, payload, metadata } = encodeMessage(message)
  const keys = Object.keys(expected?.metadata ?? {})
  return {
    type,
    streamId,
    payload,
    ...(keys.length === 0 ? {} : { metadata: Object.fromEntries(keys.map((key) => [key, metadata[key]])) }),
  }
}
