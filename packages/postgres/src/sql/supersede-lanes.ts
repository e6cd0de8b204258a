import { planned } from "../statement.ts"

/** In: process name, its boot. What lanes earlier boots of the name hold is reserved for it, by no token. The caller has locked their partitions. Out: how many. */
export const supersedeLanes = planned(
  "supersede-lanes",
  `UPDATE {lanes} SET token = NULL, boot = '' WHERE owner = $1 AND boot NOT IN ($2, '')`,
)
