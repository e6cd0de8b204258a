/** In: group, partition, lease. Out: the answer remembered. Locks nothing. */
export const selectSettled = `
SELECT answer FROM millrace_settled WHERE grp = ?1 AND partition = ?2 AND lease = ?3`
