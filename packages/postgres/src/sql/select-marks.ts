import { planned } from "../statement.ts"

/** In: group. Out: the positions that it is never to be handed. Locks nothing. */
export const selectMarks = planned("select-marks", `SELECT position FROM {skips} WHERE grp = $1 AND mark`)
