import { prepared } from "../statement.ts"

/** In: group, now, the most lanes. Notes that a process of the group was heard. */
export const hearGroup = prepared("hear-group", `UPDATE {groups} SET heard_at = $2, max_lanes = $3 WHERE id = $1`)
