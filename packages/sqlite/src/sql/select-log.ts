/** Out: the log's row. Locks nothing. */
export const selectLog = `
SELECT head, trimmed_to, recorded_at, token, schedule, group_seq, work_seq, wake_seq, schedule_seq, challenge_seq
FROM millrace_log WHERE id = 1`
