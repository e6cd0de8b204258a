import { PROCESS_TTL_MS, TYPE_GRACE_MS } from "@millrace/core/backend"

import { planned } from "../statement.ts"

/**
 * In: names of groups and types beside them, the clock. Notes that they are wanted. Out: names of groups that, as it was before, a type may leave.
 * Locks the types in their order.
 */
export const hearWantedTypes = planned(
  "hear-wanted-types",
  `WITH n AS (SELECT coalesce($3::bigint, {server_now}()) AS now), heard AS (
    UPDATE {group_types} t SET wanted_at = n.now
    FROM n, (
      SELECT w.grp, w.type FROM {group_types} w JOIN {groups} g ON g.id = w.grp
      WHERE (g.name, w.type) IN (SELECT * FROM unnest($1::text[], $2::text[])) ORDER BY w.grp, w.type FOR UPDATE OF w
    ) o WHERE t.grp = o.grp AND t.type = o.type
  )
  SELECT g.name FROM {groups} g, n
  WHERE n.now - g.heard_at < ${PROCESS_TTL_MS}
    AND EXISTS (SELECT FROM {group_types} t WHERE t.grp = g.id AND n.now - t.wanted_at > ${TYPE_GRACE_MS})`,
)
