/** In: process name, its boot. What earlier boots of the name hold is reserved for it, by no token. Needs the write lock. */
export const supersedePartitions = `
UPDATE millrace_partitions SET token = 0, boot = '' WHERE owner = ?1 AND boot NOT IN (?2, '')`
