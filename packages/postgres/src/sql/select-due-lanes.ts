import { planned } from "../statement.ts"
import { LANE_COLUMNS } from "./columns.ts"

/** In: group, partition, now, process name, how many (NULL: all), how many of them are passed over. Out: lanes that a process of this name may claim: those that one of it held first, then by position. Locks nothing: the partition is. */
export const selectDueLanes = planned(
  "select-due-lanes",
  `SELECT ${LANE_COLUMNS} FROM {lanes} l WHERE l.grp = $1 AND l.partition = $2 AND NOT l.parked AND l.retry_at <= $3::bigint
    AND (l.owner IS NULL OR l.lease_until <= $3 OR (l.boot = '' AND l.owner = $4))
  ORDER BY l.owner IS NOT DISTINCT FROM $4 DESC, l.next, l.key LIMIT $5 OFFSET $6`,
)
