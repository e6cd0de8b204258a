/** In: key, fingerprint, first and last position, the log's head after its append. Needs the write lock. */
export const putKey = `
INSERT OR REPLACE INTO millrace_keys VALUES (?1, ?2, ?3, ?4, ?5)`
