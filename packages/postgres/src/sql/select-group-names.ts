import { planned } from "../statement.ts"

/** In: the name to begin behind, how many. Out: names of groups. Locks nothing. */
export const selectGroupNames = planned(
  "select-group-names",
  `SELECT name FROM {groups} WHERE name > $1 ORDER BY name LIMIT $2`,
)
