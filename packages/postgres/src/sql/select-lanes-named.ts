import { planned } from "../statement.ts"
import { LANE_COLUMNS } from "./columns.ts"

/** In: group, keys. Out: those of its open lanes. Locks nothing: they change only under their partition's lock. */
export const selectLanesNamed = planned(
  "select-lanes-named",
  `SELECT ${LANE_COLUMNS} FROM {lanes} l WHERE l.grp = $1 AND l.key = ANY($2::text[])`,
)
