/** In: a challenge count. Out: names challenged since. Locks nothing. */
export const selectChallenged = `
SELECT name FROM millrace_processes WHERE challenge > ?1`
