import { planned } from "../statement.ts"

/** In: group, whether effects are emitted again. Raises the epoch if they are. The caller has locked the group. */
export const updateEpoch = planned(
  "update-epoch",
  `UPDATE {groups} SET reemit = $2, epoch = epoch + CASE WHEN $2 THEN 1 ELSE 0 END WHERE id = $1`,
)
