import { DefinitionError } from "./definition-error.ts"
import type { StreamId } from "./ids.ts"
import { messageSource } from "./source.ts"

/** The id of a stream that does not exist yet. `newStreamId("cart")` is of the category `cart`: `cart-0199…`. */
export function newStreamId(prefix?: string): StreamId {
  const id = messageSource().newId()
  if (prefix === undefined) return `stream-${id}`
  if (prefix === "" || prefix.includes("-")) {
    throw new DefinitionError(`newStreamId("${prefix}"): a prefix is the stream's category, not empty and without "-"`)
  }
  return `${prefix}-${id}`
}
