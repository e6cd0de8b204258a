import { planned } from "../statement.ts"

/** In: collection, ids. Out: id, revision and value of those that exist, in the order asked. Locks nothing. */
export const selectDocuments = planned(
  "select-documents",
  `SELECT d.id, d.revision, d.value FROM unnest($2::text[]) WITH ORDINALITY AS n(id, ord)
  JOIN {documents} d ON d.collection = $1 AND d.id = n.id ORDER BY n.ord`,
)
