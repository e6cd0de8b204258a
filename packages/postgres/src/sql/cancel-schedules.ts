import { planned } from "../statement.ts"

/** In: message ids. Removes their schedules. Out: the ids of those that waited. Under the log's lock. */
export const cancelSchedules = planned(
  "cancel-schedules",
  `DELETE FROM {schedules} WHERE id = ANY($1::text[]) RETURNING id`,
)
