import { prepared } from "../statement.ts"
import { PARTITION_COLUMNS } from "./columns.ts"

/** In: group, partition, the clock. Out: the clock and the partition, unless the group is stopped. Locks its row: lanes of the partition are locked with it. */
export const lockActivePartition = prepared(
  "lock-active-partition",
  `SELECT coalesce($3::bigint, {server_now}()), ${PARTITION_COLUMNS} FROM {partitions} p
  WHERE p.grp = $1 AND p.partition = $2 AND EXISTS (SELECT FROM {groups} g WHERE g.id = p.grp AND g.active) FOR UPDATE OF p`,
)
