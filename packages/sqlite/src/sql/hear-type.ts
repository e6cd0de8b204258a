/** In: group, type, an instant. The type was wanted then. Needs the write lock. */
export const hearType = `
UPDATE millrace_group_types SET heard_at = max(heard_at, ?3) WHERE grp = ?1 AND type = ?2`
