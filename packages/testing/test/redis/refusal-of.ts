import { BackendError, type BackendErrorCode } from "@millrace/core"

/** What a call of a backend is refused with. */
export interface Refusal {
  readonly code: BackendErrorCode
  readonly message: string
}

/** How a call of a backend fails. Throws when it does not, or with something else than a `BackendError`. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  let answer: unknown
  try {
    answer = await call
  } catch (error) {
    if (error instanceof BackendError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error(`it should have been refused, and answered ${JSON.stringify(answer)}`)
}
