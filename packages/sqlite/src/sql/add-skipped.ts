/** In: group, how many more were skipped. Needs the write lock. */
export const addSkipped = `
UPDATE millrace_groups SET skipped = skipped + ?2 WHERE id = ?1`
