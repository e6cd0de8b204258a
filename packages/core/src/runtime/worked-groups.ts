import { DefinitionError } from "../message/definition-error.ts"

/** Which consumer groups a process works for. */
export interface GroupChoice {
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
}

/** Whether a process works for a group. */
export function isWorked(group: string, { only, skip }: GroupChoice): boolean {
  return (only === undefined || only.includes(group)) && skip?.includes(group) !== true
}

/** Throws `DefinitionError` for a name in the choice that no group has: a process that works for nothing by a slip of the pen. */
export function requireKnown({ only = [], skip = [] }: GroupChoice, groups: readonly string[]): void {
  const strange = [...only, ...skip].find((name) => !groups.includes(name))
  if (strange !== undefined)
    throw new DefinitionError(
      `there is no consumer group ${strange} to work for or to skip: there are ${groups.join(", ") || "none"}`,
    )
}
