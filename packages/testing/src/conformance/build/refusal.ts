import { fail, ok } from "node:assert/strict"

import { BackendError, type BackendErrorCode } from "@millrace/core/backend"

/** Asserts that a call throws a `BackendError` of this code, whose message is not empty. */
export async function refuses(code: BackendErrorCode, call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    (answer) => fail(`expected the call to throw ${code}, it answered ${JSON.stringify(answer)}`),
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof BackendError)) throw error
  ok(error.code === code, `expected ${code}, got ${error.code}: ${error.message}`)
  ok(error.message.length > 0, `a ${code} error says what to do`)
}
