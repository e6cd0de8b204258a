import { planned } from "../statement.ts"

/** In: group, type, above which position it is wanted from now on. The caller has locked the group. */
export const lowerSince = planned("lower-since", `UPDATE {group_types} SET since = $3 WHERE grp = $1 AND type = $2`)
