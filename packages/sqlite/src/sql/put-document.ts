/** In: collection, id, revision, value. Needs the write lock. */
export const putDocument = `
INSERT INTO millrace_documents VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO UPDATE SET revision = excluded.revision, value = excluded.value`
