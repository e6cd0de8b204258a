/** In: the log's row, column by column. Needs the write lock. */
export const updateLog = `
UPDATE millrace_log SET head = ?1, trimmed_to = ?2, recorded_at = ?3, token = ?4, schedule = ?5,
  group_seq = ?6, work_seq = ?7, wake_seq = ?8, schedule_seq = ?9, challenge_seq = ?10
WHERE id = 1`
