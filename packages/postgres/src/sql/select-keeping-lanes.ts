import { planned } from "../statement.ts"
import { LANE_COLUMNS } from "./columns.ts"

/** In: group. Out: checkpoint of its partition, and each lane that keeps its message itself. Locks nothing. */
export const selectKeepingLanes = planned(
  "select-keeping-lanes",
  `SELECT p.checkpoint, ${LANE_COLUMNS} FROM {lanes} l JOIN {partitions} p ON p.grp = l.grp AND p.partition = l.partition
  WHERE l.grp = $1 AND l.kept IS NOT NULL`,
)
