/** In: the key to begin behind, how many. Out: whole idempotency keys. Locks nothing. */
export const selectKeyPage = `
SELECT key, fingerprint, first_position, position, head FROM millrace_keys WHERE key > ?1 ORDER BY key LIMIT ?2`
