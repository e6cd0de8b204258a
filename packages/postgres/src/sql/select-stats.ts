import { planned } from "../statement.ts"

/** Out: head, trimmed_to, how many streams and schedules there are. Locks nothing. */
export const selectStats = planned(
  "select-stats",
  `SELECT head, trimmed_to, (SELECT count(*) FROM {streams}), (SELECT count(*) FROM {schedules}) FROM {log}`,
)
