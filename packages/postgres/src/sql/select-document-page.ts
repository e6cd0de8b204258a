import { planned } from "../statement.ts"

/** In: collection, the last id of the page before, how many. Out: id, revision, value by id. Locks nothing. */
export const selectDocumentPage = planned(
  "select-document-page",
  `SELECT id, revision, value FROM {documents} WHERE collection = $1 AND id > $2 ORDER BY id LIMIT $3`,
)
