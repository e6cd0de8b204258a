import { planned } from "../statement.ts"

/** In: group, partition, keys. Out: key and token in force of those lanes that are open. Locks nothing. */
export const selectLaneTokens = planned(
  "select-lane-tokens",
  `SELECT key, token FROM {lanes} WHERE grp = $1 AND partition = $2 AND key = ANY($3::text[])`,
)
