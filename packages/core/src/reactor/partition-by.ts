import { DefinitionError } from "../message/definition-error.ts"
import type { StoredMessage } from "../message/message.ts"
import { categoryOf } from "../stream/category.ts"
import type { PartitionBy } from "./reactor.ts"

/** The function that gives a message's key. */
export function keyFunction(name: string, by: PartitionBy): (message: StoredMessage) => string {
  switch (by) {
    case "category":
      return (message) => categoryOf(message.streamId)
    case "correlation":
      return (message) => message.correlationId
    default:
      return (message) => {
        const key: unknown = by(message)
        if (typeof key === "string" && key !== "") return key
        throw new DefinitionError(
          `partitionBy of ${name} gave no key for a message of type ${message.type}: it has to give a string that is not empty`,
        )
      }
  }
}
