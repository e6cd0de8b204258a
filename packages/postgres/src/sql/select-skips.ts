import { planned } from "../statement.ts"

/** In: group, how many. Out: position, how and when of its last skips, newest first. Locks nothing. */
export const selectSkips = planned(
  "select-skips",
  `SELECT position, how, at FROM {skips} WHERE grp = $1 AND listed ORDER BY number DESC LIMIT $2`,
)
