import { prepared } from "../statement.ts"

/**
 * Settles of several partitions that only move checkpoints, as the function `settle` does one. In: for each its group, partition, token, checkpoint, how many appends were dropped, the
 * lease's key and the answer to remember.
 * Out: for each that was done its number, from 1, and whether more waits. Those that are left out were not touched: token, open lanes, replays or the checkpoint stand in their way,
 * or somebody else has their row. Locks the partitions' rows, and waits for none.
 */
export const settleSeveral = prepared(
  "settle-several",
  `WITH held AS (
    SELECT a.ord, p.grp, p.partition, g.ordering, a.checkpoint, a.dropped, a.lease, a.answer
    FROM unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
      WITH ORDINALITY AS a(name, partition, token, checkpoint, dropped, lease, answer, ord)
    JOIN {groups} g ON g.name = a.name
    JOIN {partitions} p ON p.grp = g.id AND p.partition = a.partition
    WHERE p.token = a.token AND p.lanes = 0 AND NOT p.replays AND p.checkpoint <= a.checkpoint FOR UPDATE OF p SKIP LOCKED
  ), moved AS (
    UPDATE {partitions} t SET checkpoint = h.checkpoint, rev = t.rev + 1, token = NULL, owner = NULL, boot = NULL, lease_until = 0,
      takeovers = CASE WHEN h.checkpoint > t.checkpoint THEN 0 ELSE t.takeovers END,
      hold_until = NULL, hold_failures = 0, hold_error = NULL, settles = t.settles + 1, dropped = t.dropped + h.dropped
    FROM held h WHERE t.grp = h.grp AND t.partition = h.partition
    RETURNING h.ord, t.grp, t.partition, t.settles, h.ordering, h.checkpoint, h.lease, h.answer
  ), kept AS (
    INSERT INTO {settled} (grp, partition, slot, lease, answer, base, versions)
    SELECT m.grp, m.partition, m.settles % 32, m.lease, m.answer, 0, '{}' FROM moved m
    ON CONFLICT (grp, partition, slot) DO UPDATE SET lease = excluded.lease, answer = excluded.answer, base = excluded.base, versions = excluded.versions
  )
  SELECT m.ord, EXISTS (
    SELECT FROM {group_types} t JOIN {types} h ON h.name = t.type
    WHERE t.grp = m.grp AND h.heads[CASE WHEN m.ordering = 'stream' THEN m.partition + 1 ELSE cardinality(h.heads) END] > greatest(m.checkpoint, t.since)
  ) FROM moved m`,
)
