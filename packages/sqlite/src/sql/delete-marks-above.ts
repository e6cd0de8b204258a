/** In: group, position. Needs the write lock. */
export const deleteMarksAbove = `
DELETE FROM millrace_marks WHERE grp = ?1 AND position > ?2`
