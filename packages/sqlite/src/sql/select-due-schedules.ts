/** In: now, how many. Out: number, due and message of schedules that are due, in order. Locks nothing. */
export const selectDueSchedules = `
SELECT number, due, message FROM millrace_schedules WHERE due <= ?1 ORDER BY due, number LIMIT ?2`
