/** In: collection, id. Needs the write lock. */
export const deleteDocument = `
DELETE FROM millrace_documents WHERE collection = ?1 AND id = ?2`
