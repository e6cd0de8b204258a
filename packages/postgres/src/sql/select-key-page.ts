import { planned } from "../statement.ts"

/** In: the key to begin behind, how many. Out: whole idempotency keys. Locks nothing. */
export const selectKeyPage = planned(
  "select-key-page",
  `SELECT key, fingerprint, first_position, position, at FROM {keys} WHERE key > $1 ORDER BY key LIMIT $2`,
)
