import { planned } from "../statement.ts"

/** In: number, due, message id, the message as JSON. Numbers go on above it. Under the log's lock. */
export const putSchedule = planned(
  "put-schedule",
  `WITH counted AS (UPDATE {log} SET schedule = greatest(schedule, $1))
  INSERT INTO {schedules} (number, due, id, message) VALUES ($1, $2, $3, $4)
  ON CONFLICT (number) DO UPDATE SET due = excluded.due, id = excluded.id, message = excluded.message`,
)
