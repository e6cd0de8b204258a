import { planned } from "../statement.ts"

/** In: numbers. Removes these schedules. Under the log's lock. */
export const deleteSchedules = planned("delete-schedules", `DELETE FROM {schedules} WHERE number = ANY($1::bigint[])`)
