import { planned } from "../statement.ts"

/** In: group, types. Delivers them from the log's beginning. The caller has locked the group. */
export const zeroSince = planned(
  "zero-since",
  `UPDATE {group_types} SET since = 0 WHERE grp = $1 AND type = ANY($2::text[])`,
)
