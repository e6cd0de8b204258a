/** In: message id, due. Out: its id, if it waits. Needs the write lock. */
export const moveSchedule = `
UPDATE millrace_schedules SET due = ?2 WHERE id = ?1 RETURNING id`
