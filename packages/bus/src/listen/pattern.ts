import { DefinitionError } from "@millrace/core"

/** Whether an event's type is one that a pattern names. `*` stands for any characters but a dot. */
export function matches(pattern: string): (type: string) => boolean {
  if (!/^[a-z0-9_*]+(?:\.[a-z0-9_*]+)+$/i.test(pattern))
    throw new DefinitionError(
      `${JSON.stringify(pattern)} is no pattern of events: write an API and an event with "*" for what may be anything, such as "auth.*"`,
    )
  const regex = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", "[^.]*")}$`)
  return (type) => regex.test(type)
}
