import { planned } from "../statement.ts"

/** In: due and number of the last of the page before, how many. Out: due, number, message. Locks nothing. */
export const selectSchedules = planned(
  "select-schedules",
  `SELECT due, number, message FROM {schedules} WHERE (due, number) > ($1::bigint, $2::bigint) ORDER BY due, number LIMIT $3`,
)
