import { prepared } from "../statement.ts"

/** In: position. Out: of the first message there or above, when it was recorded, and its position. Locks nothing. */
export const selectRecordedAt = prepared(
  "select-recorded-at",
  `SELECT recorded_at, position FROM {messages} WHERE position >= $1 ORDER BY position LIMIT 1`,
)
