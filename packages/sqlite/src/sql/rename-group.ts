/** In: group, new name. Needs the write lock. */
export const renameGroup = `
UPDATE millrace_groups SET name = ?2 WHERE id = ?1`
