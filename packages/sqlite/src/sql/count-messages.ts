/** Out: how many messages there are. Locks nothing. */
export const countMessages = `
SELECT count(*) FROM millrace_messages`
