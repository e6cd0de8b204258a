/** In: name, the challenge count. Needs the write lock. */
export const challengeProcess = `
UPDATE millrace_processes SET challenge = ?2 WHERE name = ?1`
