import { planned } from "../statement.ts"

/**
 * In: a position above which they lie, a category and the range of names it covers, how many. Out: position, type and stream of the category's oldest messages.
 * Locks nothing.
 */
export const selectOldestOfCategory = planned(
  "select-oldest-of-category",
  `SELECT position, type, stream FROM {messages}
  WHERE position > $1 AND (stream = $2 OR (stream >= $3 AND stream < $4)) ORDER BY position LIMIT $5`,
)
