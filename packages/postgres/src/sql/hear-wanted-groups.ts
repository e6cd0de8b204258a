import { planned } from "../statement.ts"

/** In: names, the clock. Notes that a process of these groups was heard. Locks them in their order. */
export const hearWantedGroups = planned(
  "hear-wanted-groups",
  `UPDATE {groups} g SET heard_at = coalesce($2::bigint, {server_now}())
  FROM (SELECT id FROM {groups} WHERE name = ANY($1::text[]) ORDER BY id FOR UPDATE) o WHERE g.id = o.id`,
)
