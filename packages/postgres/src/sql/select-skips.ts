import { planned } from "../statement.ts"

/** In: groups, how many of each. Out: group, then position, how and when of its last skips, newest first. Locks nothing. */
export const selectSkips = planned(
  "select-skips",
  `SELECT one.id, s.position, s.how, s.at FROM unnest($1::bigint[]) AS one(id) CROSS JOIN LATERAL (
    SELECT number, position, how, at FROM {skips} WHERE grp = one.id AND listed ORDER BY number DESC LIMIT $2
  ) s ORDER BY one.id, s.number DESC`,
)
