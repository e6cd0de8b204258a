import type { Defined } from "../message/definition.ts"
import { storedForm } from "../message/draft.ts"
import { encodeMessage } from "../message/encode.ts"
import type { Message } from "../message/message.ts"
import { shapeOf, withShape } from "../message/shape.ts"

/** Encodes messages; one that no definition made (or whose payload was changed since) is validated by the definition that the app knows for its type. */
export function encodeKnown(
  definitionOf: (type: string) => Defined | undefined,
): (message: Message<string, unknown>) => Message {
  return (message) => {
    const definition = storedForm(message) === undefined ? definitionOf(message.type) : undefined
    if (definition === undefined || definition.kind !== message.kind) return encodeMessage(message)
    const valid = encodeMessage(definition.build(message.streamId, message.payload))
    const metadata = withShape(message.metadata, shapeOf(valid.metadata))
    return encodeMessage({ ...message, metadata, payload: valid.payload })
  }
}
