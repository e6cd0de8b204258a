import { prepared } from "../statement.ts"

/** In: group, partition. Out: the token in force. Locks nothing. */
export const selectToken = prepared("select-token", `SELECT token FROM {partitions} WHERE grp = $1 AND partition = $2`)
