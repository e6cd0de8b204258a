import { planned } from "../statement.ts"

/** In: collection and id to begin behind, how many. Out: whole documents. Locks nothing. */
export const selectAllDocuments = planned(
  "select-all-documents",
  `SELECT collection, id, revision, value FROM {documents} WHERE (collection, id) > ($1, $2) ORDER BY collection, id LIMIT $3`,
)
