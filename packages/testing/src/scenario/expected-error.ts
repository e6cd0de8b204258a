import { AssertionError } from "node:assert"

/** How an error may be recognised: by its class, a text or pattern of its message, or a function that looks at it. */
export type ExpectedError = (abstract new (...args: never[]) => Error) | RegExp | string | ((error: unknown) => unknown)

/** Throws an `AssertionError` unless `error` is the expected one. A function says no by throwing, or by answering false. */
export async function checkError(error: unknown, expected: ExpectedError | undefined): Promise<void> {
  if (expected === undefined) return
  if (typeof expected === "string" || expected instanceof RegExp) {
    const text = error instanceof Error ? error.message : String(error)
    const matches = typeof expected === "string" ? text.includes(expected) : expected.test(text)
    if (!matches)
      throw other(
        error,
        `one whose message ${typeof expected === "string" ? "contains" : "matches"} ${String(expected)}`,
      )
    return
  }
  if (isErrorClass(expected)) {
    if (!(error instanceof expected)) throw other(error, `a ${expected.name}`)
    return
  }
  if ((await expected(error)) === false) throw other(error, "another one")
}

function isErrorClass(
  expected: Exclude<ExpectedError, RegExp | string>,
): expected is abstract new (...args: never[]) => Error {
  return expected === Error || expected.prototype instanceof Error
}

function other(error: unknown, wanted: string): AssertionError {
  const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const failure = new AssertionError({ message: `expected an error, ${wanted}; found ${found}`, actual: error })
  failure.cause = error
  return failure
}
