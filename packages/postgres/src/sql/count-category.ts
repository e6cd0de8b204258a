import { planned } from "../statement.ts"

/** In: a category and the range of names it covers. Out: how many messages its streams have. Costs what it has streams. Locks nothing. */
export const countCategory = planned(
  "count-category",
  `SELECT coalesce(sum(messages), 0) FROM {streams} WHERE name = $1 OR (name >= $2 AND name < $3)`,
)
