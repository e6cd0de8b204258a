import { planned } from "../statement.ts"

/** In: group, types, now. Notes that they are wanted. Locks them in their order. */
export const hearTypes = planned(
  "hear-types",
  `UPDATE {group_types} t SET wanted_at = $3::bigint
  FROM (SELECT grp, type FROM {group_types} WHERE grp = $1 AND type = ANY($2::text[]) ORDER BY grp, type FOR UPDATE) o
  WHERE t.grp = o.grp AND t.type = o.type`,
)
