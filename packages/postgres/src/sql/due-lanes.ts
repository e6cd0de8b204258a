import { planned } from "../statement.ts"

/** In: group, now. Its retrying lanes fall due. The caller has locked its partitions. */
export const dueLanes = planned(
  "due-lanes",
  `UPDATE {lanes} SET retry_at = least(retry_at, $2::bigint) WHERE grp = $1 AND NOT parked`,
)
