import { PROCESS_TTL_MS, TYPE_GRACE_MS } from "@millrace/core/backend"

import { planned } from "../statement.ts"

/** In: the clock. Out: names of groups that a type may leave. Locks nothing. */
export const selectGroupsToPrune = planned(
  "select-groups-to-prune",
  `SELECT g.name FROM {groups} g, LATERAL (SELECT coalesce($1::bigint, {server_now}()) AS now) n
  WHERE n.now - g.heard_at < ${PROCESS_TTL_MS}
    AND EXISTS (SELECT FROM {group_types} t WHERE t.grp = g.id AND n.now - t.wanted_at > ${TYPE_GRACE_MS})`,
)
