/** In: group, a JSON array of keys. Out: key and replay state of those that have a row. Locks nothing. */
export const selectReplays = `
SELECT r.key, r.replay FROM json_each(?2) AS wanted CROSS JOIN millrace_replays r ON r.grp = ?1 AND r.key = wanted.value`
