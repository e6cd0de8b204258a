import type { Logger } from "../../../../packages/core/src/index.ts"

/** Says only what should not happen in a bench: a round that warns is worth a look. */
export const quietLogger: Logger = {
  debug() {},
  info() {},
  warn: (facts, text) => console.error("warn:", text, facts),
  error: (facts, text) => console.error("error:", text, facts),
}
