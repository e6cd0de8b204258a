/** In: idempotency key. Out: fingerprint, first and last position. Locks nothing. */
export const selectKey = `
SELECT fingerprint, first_position, position FROM millrace_keys WHERE key = ?1`
