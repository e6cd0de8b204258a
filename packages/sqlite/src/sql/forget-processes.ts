/** In: an instant. Forgets processes not heard of since. Needs the write lock. */
export const forgetProcesses = `
DELETE FROM millrace_processes WHERE seen_at < ?1`
