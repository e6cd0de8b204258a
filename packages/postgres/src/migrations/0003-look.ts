import { GROUP_COLUMNS, PARTITION_COLUMNS } from "../sql/columns.ts"

/**
 * Everything that a claim decides by, in one look whose cost does not depend on the log's length: heads say where something waits, one index seek for each
 * of those what waits first. Out: rows of a kind and its cells as JSON:
 * `now`: the clock, when the next schedule is due · `group`: the group, its types with `since` · `waiting`: a partition in which something waits: the group, the
 * first waiting message's type and position, the partition · `lanes`: a partition with due lanes: the group, the partition, the lowest
 * position of them, whether a lease of one that is over, or reserved, is the asking one's by name, `rev` · `due`: when the next lane of a group is due.
 * Locks nothing. The settings keep its plan, made once and while the tables are small, from reading whole tables later.
 */
export const look = [
  `CREATE FUNCTION {look}(a_groups text[], a_owner text, a_now bigint) RETURNS TABLE (kind text, cells text)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET enable_bitmapscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  moment bigint := coalesce(a_now, {server_now}());
BEGIN
  RETURN QUERY SELECT 'now', json_build_array(moment, (SELECT min(s.due) FROM {schedules} s))::text;
  RETURN QUERY SELECT 'group', json_build_array(${GROUP_COLUMNS}, (
      SELECT json_agg(json_build_array(t.type, t.since)) FROM {group_types} t WHERE t.grp = g.id
    ))::text
    FROM {groups} g WHERE g.name = ANY(a_groups);
  RETURN QUERY SELECT 'waiting', json_build_array(g.id, w.type, w.position, ${PARTITION_COLUMNS})::text
    FROM {groups} g JOIN {partitions} p ON p.grp = g.id
    CROSS JOIN LATERAL (
      SELECT t.type, x.position FROM {group_types} t JOIN {types} h ON h.name = t.type
      CROSS JOIN LATERAL (
        SELECT m.position FROM {messages} m
        WHERE m.partition = p.partition AND m.type = t.type AND m.position > greatest(p.checkpoint, t.since)
        ORDER BY m.position LIMIT 1
      ) x
      WHERE t.grp = g.id AND h.heads[p.partition + 1] > greatest(p.checkpoint, t.since)
      ORDER BY x.position LIMIT 1
    ) w
    WHERE g.name = ANY(a_groups) AND g.active AND g.ordering = 'stream';
  RETURN QUERY SELECT 'waiting', json_build_array(g.id, w.type, w.position, ${PARTITION_COLUMNS})::text
    FROM {groups} g JOIN {partitions} p ON p.grp = g.id
    CROSS JOIN LATERAL (
      SELECT t.type, x.position FROM {group_types} t JOIN {types} h ON h.name = t.type
      CROSS JOIN LATERAL unnest(h.heads[:cardinality(h.heads) - 1]) WITH ORDINALITY AS e(head, ord)
      CROSS JOIN LATERAL (
        SELECT m.position FROM {messages} m
        WHERE m.partition = e.ord - 1 AND m.type = t.type AND m.position > greatest(p.checkpoint, t.since)
        ORDER BY m.position LIMIT 1
      ) x
      WHERE t.grp = g.id AND h.heads[cardinality(h.heads)] > greatest(p.checkpoint, t.since) AND e.head > greatest(p.checkpoint, t.since)
      ORDER BY x.position LIMIT 1
    ) w
    WHERE g.name = ANY(a_groups) AND g.active AND g.ordering <> 'stream';
  RETURN QUERY SELECT 'lanes', json_build_array(g.id, p.partition, d.position, d.mine, p.rev)::text
    FROM {groups} g JOIN {partitions} p ON p.grp = g.id
    CROSS JOIN LATERAL (
      SELECT min(l.next) AS position, coalesce(bool_or(l.owner = a_owner), false) AS mine FROM {lanes} l
      WHERE l.grp = g.id AND l.partition = p.partition AND NOT l.parked AND l.retry_at <= moment AND (l.owner IS NULL OR l.lease_until <= moment OR (l.boot = '' AND l.owner = a_owner))
    ) d
    WHERE g.name = ANY(a_groups) AND g.active AND p.lanes > 0 AND d.position IS NOT NULL;
  RETURN QUERY SELECT 'due', json_build_array(min(greatest(l.retry_at, CASE WHEN l.owner IS NULL OR (l.boot = '' AND l.owner = a_owner) THEN 0 ELSE l.lease_until END)))::text
    FROM {groups} g JOIN {partitions} p ON p.grp = g.id JOIN {lanes} l ON l.grp = g.id AND l.partition = p.partition
    WHERE g.name = ANY(a_groups) AND g.active AND p.lanes > 0 AND NOT l.parked
      AND greatest(l.retry_at, CASE WHEN l.owner IS NULL OR (l.boot = '' AND l.owner = a_owner) THEN 0 ELSE l.lease_until END) > moment;
END $$`,
] as const
