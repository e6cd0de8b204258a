import { prepared } from "../statement.ts"

/** In: the clock. Out: head, trimmed_to, now. Locks nothing. */
export const selectHead = prepared(
  "select-head",
  `SELECT head, trimmed_to, coalesce($1::bigint, {server_now}()) FROM {log}`,
)
