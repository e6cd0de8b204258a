/** In: group, how many more were dropped. Needs the write lock. */
export const addDropped = `
UPDATE millrace_groups SET dropped = dropped + ?2 WHERE id = ?1`
