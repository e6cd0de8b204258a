/** In: due and number to begin behind, how many. Out: number, due, message in due order. Locks nothing. */
export const selectSchedules = `
SELECT number, due, message FROM millrace_schedules WHERE due >= ?1 AND (due > ?1 OR number > ?2) ORDER BY due, number LIMIT ?3`
