/** In: number, due, message id, the message as JSON. Needs the write lock. */
export const putSchedule = `
INSERT OR REPLACE INTO millrace_schedules VALUES (?1, ?2, ?3, ?4)`
