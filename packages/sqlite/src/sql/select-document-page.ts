/** In: collection, the id to begin behind, limit. Out: id, revision, value by id. Locks nothing. */
export const selectDocumentPage = `
SELECT id, revision, value FROM millrace_documents WHERE collection = ?1 AND id > ?2 ORDER BY id LIMIT ?3`
