import { prepared } from "../statement.ts"
import { LANE_COLUMNS } from "./columns.ts"

/** In: group, partition (NULL: all). Out: its open lanes by key. Locks nothing: they change only under their partition's lock. */
export const selectLanes = prepared(
  "select-lanes",
  `SELECT ${LANE_COLUMNS} FROM {lanes} l WHERE l.grp = $1 AND ($2::int IS NULL OR l.partition = $2) ORDER BY l.key`,
)
