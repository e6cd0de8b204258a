/** In: group, whether effects are wanted again, how much the epoch rises. Needs the write lock. */
export const setReemit = `
UPDATE millrace_groups SET reemit = ?2, epoch = epoch + ?3 WHERE id = ?1`
