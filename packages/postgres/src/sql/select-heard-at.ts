import { prepared } from "../statement.ts"

/** In: group. Out: when a process of it was last heard. Locks nothing. */
export const selectHeardAt = prepared("select-heard-at", `SELECT heard_at FROM {groups} WHERE id = $1`)
