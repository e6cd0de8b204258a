/** In: position. Forgets the keys of appends that are gone. Needs the write lock. */
export const deleteKeysUpto = `
DELETE FROM millrace_keys WHERE head <= ?1`
