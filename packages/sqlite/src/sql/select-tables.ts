/** In: a JSON array of names in lower case. Out: those that are tables or views. Locks nothing. */
export const selectTables = `
SELECT lower(name) FROM sqlite_master
WHERE type IN ('table', 'view') AND lower(name) IN (SELECT value FROM json_each(?1)) ORDER BY name`
