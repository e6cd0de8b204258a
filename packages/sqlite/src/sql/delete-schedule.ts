/** In: number. Needs the write lock. */
export const deleteSchedule = `
DELETE FROM millrace_schedules WHERE number = ?1`
