import { planned } from "../statement.ts"

/** In: names of groups and types beside them, the clock. Notes that they are wanted. Locks them in their order. */
export const hearWantedTypes = planned(
  "hear-wanted-types",
  `UPDATE {group_types} t SET wanted_at = coalesce($3::bigint, {server_now}())
  FROM (
    SELECT w.grp, w.type FROM {group_types} w JOIN {groups} g ON g.id = w.grp
    WHERE (g.name, w.type) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY w.grp, w.type FOR UPDATE OF w
  ) o WHERE t.grp = o.grp AND t.type = o.type`,
)
