import { planned } from "../statement.ts"

/** In: group, position. What was skipped above it is handed out again. The caller has locked the group. */
export const clearSkipMarks = planned(
  "clear-skip-marks",
  `WITH cleared AS (UPDATE {skips} SET mark = false WHERE grp = $1 AND mark AND position > $2 RETURNING 1)
  UPDATE {groups} SET marks = marks - (SELECT count(*) FROM cleared) WHERE id = $1`,
)
