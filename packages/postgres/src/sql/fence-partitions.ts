import { planned } from "../statement.ts"

/** In: group. Ends the leases of all its partitions and gives their lanes nothing to be settled by. Under the log's lock. */
export const fencePartitions = planned(
  "fence-partitions",
  `UPDATE {partitions} p SET rev = p.rev + 1, tokens = p.tokens + 1, token = NULL, owner = NULL, boot = NULL, lease_until = 0
  FROM (SELECT grp, partition FROM {partitions} WHERE grp = $1 ORDER BY partition FOR UPDATE) o
  WHERE p.grp = o.grp AND p.partition = o.partition`,
)
