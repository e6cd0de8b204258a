import { describeErrors, type FieldError } from "./field-error.ts"
import type { MessageId } from "./ids.ts"

/**
 * A stored payload does not fit the definition of its type (any more).
 * @remedy Let the definition read the old shape as well (`.from`, or a default for a new field), then start the group or retry the dead letter.
 */
export class UndecodablePayload extends Error {
  override readonly name = "UndecodablePayload"
  readonly code = "undecodable-payload"
  readonly type: string
  readonly messageId: MessageId
  readonly errors: readonly FieldError[]

  constructor(type: string, messageId: MessageId, errors: readonly FieldError[]) {
    super(
      `message ${messageId} of type ${type} was stored with a payload that its schema does not accept: ${describeErrors(errors)}. ` +
        "Let the definition read what was stored (.from(earlier schema, upgrade), or a default for a new field), then start the group again",
    )
    this.type = type
    this.messageId = messageId
    this.errors = errors
  }
}
