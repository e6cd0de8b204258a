import { planned } from "../statement.ts"

/** In: group, partition. Removes its replay rows. The caller has locked the partition. */
export const deletePartitionReplays = planned(
  "delete-partition-replays",
  `DELETE FROM {replays} WHERE grp = $1 AND partition = $2`,
)
