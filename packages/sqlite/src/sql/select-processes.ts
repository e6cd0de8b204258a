/** Out: all processes. Locks nothing. */
export const selectProcesses = `
SELECT name, boot, host, pid, started_at, seen_at FROM millrace_processes`
