import { prepared } from "../statement.ts"
import { PARTITION_COLUMNS } from "./columns.ts"

/** In: group, partition. Out: the partition. Locks its row: lanes of the partition are locked with it. */
export const lockPartition = prepared(
  "lock-partition",
  `SELECT ${PARTITION_COLUMNS} FROM {partitions} p WHERE p.grp = $1 AND p.partition = $2 FOR UPDATE`,
)
