import { planned } from "../statement.ts"

/** In: collection, id, revision, value. Under the log's lock. */
export const putDocument = planned(
  "put-document",
  `INSERT INTO {documents} (collection, id, revision, value) VALUES ($1, $2, $3, $4)
  ON CONFLICT (collection, id) DO UPDATE SET revision = excluded.revision, value = excluded.value`,
)
