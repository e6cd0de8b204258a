/** In: collection, a JSON array of ids. Out: id, revision, value of those that exist. Locks nothing. */
export const selectDocuments = `
SELECT d.id, d.revision, d.value FROM json_each(?2) AS wanted
CROSS JOIN millrace_documents d ON d.collection = ?1 AND d.id = wanted.value`
