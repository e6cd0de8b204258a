/** In: group, type, since, when heard of. Needs the write lock. */
export const putGroupType = `
INSERT INTO millrace_group_types VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO UPDATE SET since = excluded.since, heard_at = excluded.heard_at`
