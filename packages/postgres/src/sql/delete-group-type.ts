import { planned } from "../statement.ts"

/** In: group, type. The group does not want it any more. */
export const deleteGroupType = planned("delete-group-type", `DELETE FROM {group_types} WHERE grp = $1 AND type = $2`)
