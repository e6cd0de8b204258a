import { planned } from "../statement.ts"

/** In: group. Forgets it with all it has. The caller has locked it and its partitions. */
export const deleteGroup = planned(
  "delete-group",
  `WITH p AS (DELETE FROM {partitions} WHERE grp = $1), l AS (DELETE FROM {lanes} WHERE grp = $1), r AS (DELETE FROM {replays} WHERE grp = $1),
  s AS (DELETE FROM {skips} WHERE grp = $1), d AS (DELETE FROM {settled} WHERE grp = $1), t AS (DELETE FROM {group_types} WHERE grp = $1)
  DELETE FROM {groups} WHERE id = $1`,
)
