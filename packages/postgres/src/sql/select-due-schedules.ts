import { planned } from "../statement.ts"

/** In: now, how many. Out: number and message of due schedules, in order. Under the log's lock. */
export const selectDueSchedules = planned(
  "select-due-schedules",
  `SELECT number, message FROM {schedules} WHERE due <= $1 ORDER BY due, number LIMIT $2`,
)
