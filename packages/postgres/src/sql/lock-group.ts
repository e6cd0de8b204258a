import { prepared } from "../statement.ts"
import { GROUP_COLUMNS } from "./columns.ts"

/** In: name. Out: the group. Locks its row. */
export const lockGroup = prepared("lock-group", `SELECT ${GROUP_COLUMNS} FROM {groups} g WHERE g.name = $1 FOR UPDATE`)
