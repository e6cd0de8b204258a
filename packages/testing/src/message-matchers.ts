import { type AnyMessage, compareMessages } from "./compare-messages.ts"

/** What a matcher answers to the `expect` of vitest and of jest. */
export interface MatcherResult {
  readonly pass: boolean
  readonly message: () => string
  readonly actual?: unknown
  readonly expected?: unknown
}

/** Matchers for `expect.extend` of vitest and jest. Importing `@millrace/testing/vitest` adds them to vitest with their types. */
export const messageMatchers = {
  /** Compares like `assertMessages`. */
  toMatchMessages(actual: unknown, expected: readonly AnyMessage[]): MatcherResult {
    if (!isMessages(actual)) {
      return {
        pass: false,
        message: () => "toMatchMessages compares lists of messages: give expect() an array of them",
      }
    }
    const failure = compareMessages(actual, expected)
    if (failure === undefined) {
      return { pass: true, message: () => "expected other messages than these, or another order of them" }
    }
    return { pass: false, message: () => failure.message, actual: failure.actual, expected: failure.expected }
  },
}

function isMessages(value: unknown): value is readonly AnyMessage[] {
  return Array.isArray(value) && value.every(isMessage)
}

function isMessage(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value && "streamId" in value && "payload" in value
}
