import { prepared } from "../statement.ts"
import { GROUP_COLUMNS } from "./columns.ts"

/** In: name. Out: the group. Locks nothing. */
export const selectGroup = prepared("select-group", `SELECT ${GROUP_COLUMNS} FROM {groups} g WHERE g.name = $1`)
