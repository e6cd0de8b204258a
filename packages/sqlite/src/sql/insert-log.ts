/** In: product, format, partitions. Needs the write lock. */
export const insertLog = `
INSERT INTO millrace_log VALUES (1, ?1, ?2, ?3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`
