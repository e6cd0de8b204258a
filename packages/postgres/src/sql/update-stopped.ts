import { planned } from "../statement.ts"

/** In: group, why it is stopped as JSON (NULL: it is active). */
export const updateStopped = planned(
  "update-stopped",
  `UPDATE {groups} SET stopped = $2, active = $2::text IS NULL WHERE id = $1`,
)
