import { APPEND_PARAMETERS } from "./0002-append.ts"

/** The names of `append`'s parameters, in their order. */
const APPEND_NAMES = APPEND_PARAMETERS.split(",")
  .map((parameter) => parameter.trim().split(" ")[0])
  .join(", ")

/**
 * Settles that have nothing to do but move a checkpoint and append: nearly all.
 * `settle` in: group, partition, token, checkpoint, how many appends were dropped, the lease's key and the answer to remember (see `remembered.ts`), with the head
 * and versions it is relative to. Out: `done`, or `other` when the token, an open lane or the checkpoint stand in the way: then nothing was changed;
 * whether more waits. Locks: the partition's row.
 * `settle_append` appends before, in the same transaction. Out besides: `judge` when what the appends were judged by does not hold: nothing was changed; what `append`
 * answers. Locks: the log, then the partition's row.
 */
export const settle = [
  `CREATE FUNCTION {settle}(
  a_group text, a_partition int, a_token bigint, a_checkpoint bigint, a_dropped bigint, a_lease text, a_answer text, a_base bigint, a_versions bigint[],
  OUT state text, OUT more boolean
) LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  p record;
BEGIN
  UPDATE {partitions} t SET checkpoint = a_checkpoint, rev = t.rev + 1, token = NULL, owner = NULL, boot = NULL, lease_until = 0,
      takeovers = CASE WHEN a_checkpoint > t.checkpoint THEN 0 ELSE t.takeovers END,
      hold_until = NULL, hold_failures = 0, hold_error = NULL, settles = t.settles + 1, dropped = t.dropped + a_dropped,
      replays = t.replays AND a_checkpoint < t.replay_limit
    FROM {groups} g
    WHERE g.name = a_group AND t.grp = g.id AND t.partition = a_partition AND t.token = a_token AND t.lanes = 0 AND t.checkpoint <= a_checkpoint
    RETURNING t.grp, t.settles, g.ordering, a_checkpoint >= t.replay_limit AS ended INTO p;
  IF NOT FOUND THEN
    state := 'other';
    RETURN;
  END IF;
  IF p.ended THEN DELETE FROM {replays} r WHERE r.grp = p.grp AND r.partition = a_partition; END IF;
  INSERT INTO {settled} (grp, partition, slot, lease, answer, base, versions)
    VALUES (p.grp, a_partition, p.settles % 32, a_lease, a_answer, a_base, a_versions)
    ON CONFLICT (grp, partition, slot) DO UPDATE SET lease = excluded.lease, answer = excluded.answer, base = excluded.base, versions = excluded.versions;
  state := 'done';
  more := EXISTS (
    SELECT FROM {group_types} t JOIN {types} h ON h.name = t.type
    WHERE t.grp = p.grp AND h.heads[CASE WHEN p.ordering = 'stream' THEN a_partition + 1 ELSE cardinality(h.heads) END] > greatest(a_checkpoint, t.since)
  );
END $$`,
  `CREATE FUNCTION {settle_append}(
  a_group text, a_partition int, a_token bigint, a_checkpoint bigint, a_dropped bigint, a_lease text, a_answer text,
  ${APPEND_PARAMETERS},
  OUT state text, OUT more boolean, OUT base bigint, OUT versions bigint[]
) LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  fits boolean;
BEGIN
  PERFORM {take_lock}(a_wait);
  PERFORM FROM {partitions} t JOIN {groups} g ON g.id = t.grp
    WHERE g.name = a_group AND t.partition = a_partition AND t.token = a_token AND t.lanes = 0 AND t.checkpoint <= a_checkpoint
    FOR UPDATE OF t;
  IF NOT FOUND THEN
    state := 'other';
    RETURN;
  END IF;
  SELECT a.stored, a.base, a.versions INTO fits, base, versions FROM {append}(${APPEND_NAMES}) a;
  IF NOT fits THEN
    state := 'judge';
    RETURN;
  END IF;
  SELECT s.state, s.more INTO state, more
    FROM {settle}(a_group, a_partition, a_token, a_checkpoint, a_dropped, a_lease, a_answer, base, versions) s;
END $$`,
] as const
