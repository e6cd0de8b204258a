import { DefinitionError } from "../message/definition-error.ts"

/** The longest name of a consumer group. */
export const MAX_GROUP_NAME = 200

/** Refuses what can not name a consumer group. */
export function requireGroupName(what: string, name: unknown): asserts name is string {
  if (typeof name === "string" && name !== "" && name.length <= MAX_GROUP_NAME && name === name.trim()) return
  throw new DefinitionError(
    `${what}(…) needs a name: a string of 1 to ${MAX_GROUP_NAME} characters, which names its consumer group`,
  )
}
