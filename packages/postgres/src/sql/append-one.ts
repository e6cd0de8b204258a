import { prepared } from "../statement.ts"

/** In: see the function `append_one` in `migrations/0002-append-one.ts`. Out: stored, position, version. Locks: the log, to the end of the transaction. */
export const appendOne = prepared(
  "append-one",
  "SELECT stored, place, reached FROM {append_one}($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
)
