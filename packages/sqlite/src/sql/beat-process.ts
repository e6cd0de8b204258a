/** In: name, boot, now, wants, host, pid. Out: the beats counted, when the process is known with this boot and wants the same. Needs the write lock. */
export const beatProcess = `
UPDATE millrace_processes SET seen_at = ?3, beats = beats + 1, host = ?5, pid = ?6 WHERE name = ?1 AND boot = ?2 AND wants = ?4 RETURNING beats`
