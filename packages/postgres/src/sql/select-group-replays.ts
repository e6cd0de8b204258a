import { planned } from "../statement.ts"

/** In: group, partition (NULL: all). Out: key, replay state and partition of its replay rows. Locks nothing. */
export const selectGroupReplays = planned(
  "select-group-replays",
  `SELECT key, replay, partition FROM {replays} WHERE grp = $1 AND ($2::int IS NULL OR partition = $2) ORDER BY key`,
)
