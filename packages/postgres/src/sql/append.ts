import { prepared } from "../statement.ts"

/** In: see the function `append` in `migrations/0002-append.ts`. Out: stored, base, versions. Locks: the log, to the end of the transaction. */
export const append = prepared(
  "append",
  `SELECT stored, base, versions FROM {append}(${Array.from({ length: 25 }, (_, at) => `$${at + 1}`).join(", ")})`,
)
