/** Out: how many streams there are. Locks nothing. */
export const countStreams = `
SELECT count(*) FROM millrace_streams`
