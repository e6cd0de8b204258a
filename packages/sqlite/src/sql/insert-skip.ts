/** In: group, position, how, when. Needs the write lock. */
export const insertSkip = `
INSERT INTO millrace_skips (grp, position, how, at) VALUES (?1, ?2, ?3, ?4)`
