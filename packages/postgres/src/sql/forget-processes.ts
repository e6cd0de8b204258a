import { prepared } from "../statement.ts"

/** In: the clock, ms. Forgets processes that were not heard for so long. */
export const forgetProcesses = prepared(
  "forget-processes",
  `DELETE FROM {processes} WHERE seen_at < coalesce($1::bigint, {server_now}()) - $2::bigint`,
)
