/** In: collection and id to begin behind, how many. Out: whole documents. Locks nothing. */
export const selectAllDocuments = `
SELECT collection, id, revision, value FROM millrace_documents WHERE (collection, id) > (?1, ?2) ORDER BY collection, id LIMIT ?3`
