import { planned } from "../statement.ts"

/** In: groups. Out: group, then its types with `since`, by name. Locks nothing. */
export const selectTypesOfGroups = planned(
  "select-types-of-groups",
  `SELECT grp, type, since FROM {group_types} WHERE grp = ANY($1::bigint[]) ORDER BY grp, type`,
)
