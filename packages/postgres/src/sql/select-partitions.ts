import { prepared } from "../statement.ts"
import { PARTITION_COLUMNS } from "./columns.ts"

/** In: group. Out: its partitions. Locks them in their order. */
export const selectPartitions = prepared(
  "select-partitions",
  `SELECT ${PARTITION_COLUMNS} FROM {partitions} p WHERE p.grp = $1 ORDER BY p.partition FOR UPDATE`,
)
