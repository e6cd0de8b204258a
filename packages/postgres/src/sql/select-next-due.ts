import { prepared } from "../statement.ts"

/** In: the clock. Out: now, when the next schedule is due. Locks nothing. */
export const selectNextDue = prepared(
  "select-next-due",
  `SELECT coalesce($1::bigint, {server_now}()), (SELECT min(due) FROM {schedules})`,
)
