import { planned } from "../statement.ts"

/** In: group, type, above which position it is delivered, now. */
export const insertGroupType = planned(
  "insert-group-type",
  `INSERT INTO {group_types} (grp, type, since, wanted_at) VALUES ($1, $2, $3, $4)`,
)
