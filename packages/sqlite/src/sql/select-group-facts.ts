/** In: group. Out: why it is stopped as JSON, how many were dropped and skipped. Locks nothing. */
export const selectGroupFacts = `
SELECT stopped, dropped, skipped FROM millrace_groups WHERE id = ?1`
