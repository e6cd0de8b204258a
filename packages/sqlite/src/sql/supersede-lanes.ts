/** In: process name, its boot. What earlier boots of the name hold is reserved for it: by no token, and due for others when the lease would have ended. Needs the write lock. */
export const supersedeLanes = `
UPDATE millrace_lanes SET token = 0, boot = '' WHERE owner = ?1 AND boot NOT IN (?2, '')`
