/** In: name. Out: boot, beats, when seen, host, pid, wants, when started. Locks nothing. */
export const selectProcess = `
SELECT boot, beats, seen_at, host, pid, wants, started_at FROM millrace_processes WHERE name = ?1`
