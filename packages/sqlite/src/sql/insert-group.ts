/** In: name, order, start, most lanes, now. Out: its id. Needs the write lock. */
export const insertGroup = `
INSERT INTO millrace_groups (name, ordering, status, stopped, start, epoch, reemit, dropped, skipped, max_lanes, heard_at)
VALUES (?1, ?2, 'active', NULL, ?3, 0, 0, 0, 0, ?4, ?5) RETURNING id`
