/** Out: the names of all indexes, in lower case. Locks nothing. */
export const selectIndexes = `
SELECT lower(name) FROM sqlite_master WHERE type = 'index' ORDER BY name`
