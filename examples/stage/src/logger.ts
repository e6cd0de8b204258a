import type { Logger } from "@millrace/core"

import { say } from "./say.ts"

/** Says what is wrong in a line, as the rest of an example does; a service of your own gives its logger, pino's for one. */
export const logger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error: (facts, text) => say(`logged: ${text}: ${reasonIn(facts)}`),
}

function reasonIn(facts: object): string {
  const error: unknown = "err" in facts ? facts.err : undefined
  return error instanceof Error ? error.message : String(error)
}
