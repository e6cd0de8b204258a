import { planned } from "../statement.ts"

/** Out: head, trimmed_to, how many streams, schedules and messages there are. Locks nothing. */
export const selectStats = planned(
  "select-stats",
  `SELECT head, trimmed_to, (SELECT count(*) FROM {streams}), (SELECT count(*) FROM {schedules}),
    (SELECT coalesce(sum(messages), 0) FROM {streams}) FROM {log}`,
)
