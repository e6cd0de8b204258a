/** In: name, boot, beats, host, pid, when started, when seen, wants. Needs the write lock. */
export const putProcess = `
INSERT OR REPLACE INTO millrace_processes (name, boot, beats, host, pid, started_at, seen_at, wants)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)`
