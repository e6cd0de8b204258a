import { prepared } from "../statement.ts"

/** In: group. Out: its types with `since`, and when each was last wanted, by name. Locks nothing. */
export const selectGroupTypes = prepared(
  "select-group-types",
  `SELECT type, since, wanted_at FROM {group_types} WHERE grp = $1 ORDER BY type`,
)
