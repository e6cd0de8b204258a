/** Out: when the next schedule falls due. Locks nothing. */
export const selectNextSchedule = `
SELECT due FROM millrace_schedules ORDER BY due LIMIT 1`
