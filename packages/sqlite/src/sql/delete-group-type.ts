/** In: group, type. Needs the write lock. */
export const deleteGroupType = `
DELETE FROM millrace_group_types WHERE grp = ?1 AND type = ?2`
