/** In: an instant. Out: when each process heard of since then was last heard, and what it wants. Locks nothing. */
export const selectWants = `
SELECT seen_at, wants FROM millrace_processes WHERE seen_at > ?1`
