import { describeErrors, type FieldError } from "./field-error.ts"

/**
 * A payload does not fit its message's schema. Says what is wrong with every field.
 * @remedy Correct the payload; for input from outside use `.parse`, which does not throw.
 */
export class InvalidPayload extends Error {
  override readonly name = "InvalidPayload"
  readonly code = "invalid-payload"
  readonly type: string
  readonly streamId: string
  readonly errors: readonly FieldError[]

  constructor(type: string, streamId: string, errors: readonly FieldError[]) {
    super(`${type} for ${streamId} has an invalid payload: ${describeErrors(errors)}`)
    this.type = type
    this.streamId = streamId
    this.errors = errors
  }
}
