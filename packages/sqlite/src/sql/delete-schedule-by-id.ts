/** In: message id. Out: its id, if it waited. Needs the write lock. */
export const deleteScheduleById = `
DELETE FROM millrace_schedules WHERE id = ?1 RETURNING id`
