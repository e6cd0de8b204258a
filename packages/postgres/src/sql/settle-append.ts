import { prepared } from "../statement.ts"

/** In: see the function `settle_append` in `migrations/0004-settle.ts`. Out: state, more, base, versions. Locks the log, then the partition's row. */
export const settleAppend = prepared(
  "settle-append",
  `SELECT state, more, base, versions FROM {settle_append}(${Array.from({ length: 32 }, (_, at) => `$${at + 1}`).join(", ")})`,
)
