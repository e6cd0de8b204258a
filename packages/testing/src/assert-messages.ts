import { type AnyMessage, compareMessages } from "./compare-messages.ts"

/**
 * Throws an `AssertionError` unless `actual` are the messages `expected`: the same types, streams and payloads in the same order, as often.
 * Metadata is compared where the expected message gives some, key by key. For any test runner; node:test shows the difference.
 */
export function assertMessages(actual: readonly AnyMessage[], expected: readonly AnyMessage[]): void {
  const failure = compareMessages(actual, expected)
  if (failure !== undefined) throw failure
}
