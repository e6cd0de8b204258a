/** In: group, an instant. A process of the group was heard then. Needs the write lock. */
export const hearGroup = `
UPDATE millrace_groups SET heard_at = max(heard_at, ?2) WHERE id = ?1`
