/** Out: how many schedules wait. Locks nothing. */
export const countSchedules = `
SELECT count(*) FROM millrace_schedules`
