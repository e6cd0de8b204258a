/** In: collection, id. Out: revision. Locks nothing. */
export const selectRevision = `
SELECT revision FROM millrace_documents WHERE collection = ?1 AND id = ?2`
