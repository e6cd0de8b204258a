import { planned } from "../statement.ts"
import { LANE_COLUMNS } from "./columns.ts"

/** In: group (NULL: all), parked (NULL: both), the last key of the page before, how many (NULL: all), the clock. Out: now, group, id of the message waited at, lane. Locks nothing. */
export const selectLanePage = planned(
  "select-lane-page",
  `SELECT coalesce($5::bigint, {server_now}()), g.name, m.id, ${LANE_COLUMNS} FROM {lanes} l JOIN {groups} g ON g.id = l.grp
  LEFT JOIN {messages} m ON m.position = l.next
  WHERE ($1::int IS NULL OR l.grp = $1) AND ($2::boolean IS NULL OR l.parked = $2) AND l.key > $3
  ORDER BY g.name, l.key LIMIT $4`,
)
