import { planned } from "../statement.ts"

/** In: the clock. Out, by name: now, name, boot, host, pid, started_at, seen_at, leases that last. Locks nothing. */
export const selectProcesses = planned(
  "select-processes",
  `SELECT n.now, p.name, p.boot, p.host, p.pid, p.started_at, p.seen_at,
    (SELECT count(*) FROM {partitions} h WHERE h.boot = p.boot AND h.lease_until > n.now)
    + (SELECT count(*) FROM {lanes} l WHERE l.boot = p.boot AND l.lease_until > n.now)
  FROM {processes} p, (SELECT coalesce($1::bigint, {server_now}()) AS now) n ORDER BY p.name`,
)
