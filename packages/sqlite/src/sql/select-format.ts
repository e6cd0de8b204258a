/** Out: who made the log, its format, its partitions. Locks nothing. */
export const selectFormat = `
SELECT product, format, partitions FROM millrace_log WHERE id = 1`
