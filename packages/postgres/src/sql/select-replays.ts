import { planned } from "../statement.ts"

/** In: group, keys. Out: key and replay state of those that have a replay row. Locks nothing. */
export const selectReplays = planned(
  "select-replays",
  `SELECT key, replay FROM {replays} WHERE grp = $1 AND key = ANY($2::text[])`,
)
