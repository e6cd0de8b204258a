import { hostname } from "node:os"

import { DefinitionError, messageSource } from "@millrace/core"

/** How many characters a random name has. */
const RANDOM = 4

/** What stands for a fact of the process in its name. */
const FACTS: Readonly<Record<string, (service: string) => string>> = {
  hostname: () => hostname(),
  pid: () => String(process.pid),
  service_name: (service) => service,
  random4: () => random(),
}

/** A name with its placeholders (`{hostname} {pid} {service_name} {random4}`) filled in. Throws `DefinitionError` for one that is not known. */
export function processNameOf(pattern: string, service: string): string {
  return pattern.replaceAll(/\{([^{}]*)\}/g, (_all, fact: string) => {
    const of = FACTS[fact]
    if (of === undefined)
      throw new DefinitionError(
        `process name ${pattern}: there is no placeholder {${fact}}, only ${Object.keys(FACTS)
          .map((one) => `{${one}}`)
          .join(" ")}`,
      )
    return of(service)
  })
}

/** Whether a name is another one at each start: what such a process held waits for its acknowledgement timeout when it dies. */
export function isPassing(pattern: string): boolean {
  return pattern.includes("{random4}") || pattern.includes("{pid}")
}

function random(): string {
  return messageSource().newId().replaceAll("-", "").slice(-RANDOM)
}
