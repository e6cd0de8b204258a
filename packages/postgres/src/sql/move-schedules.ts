import { planned } from "../statement.ts"

/** In: message ids, an instant. Out: the ids of those that waited, and wait until then now. Under the log's lock. */
export const moveSchedules = planned(
  "move-schedules",
  `UPDATE {schedules} SET due = $2 WHERE id = ANY($1::text[]) RETURNING id`,
)
