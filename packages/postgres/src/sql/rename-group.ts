import { planned } from "../statement.ts"

/** In: group, its new name. The caller has locked it. */
export const renameGroup = planned("rename-group", `UPDATE {groups} SET name = $2 WHERE id = $1`)
