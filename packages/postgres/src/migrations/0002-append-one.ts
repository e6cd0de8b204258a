/**
 * Stores one message for one stream, as most appends of a lone caller are: what `append` does, without lists. (Twenty lists to open and close took a fifth of
 * the call.)
 * In: the clock (NULL: the server's) · how long to wait for the lock · the stream, its partition, the lowest and highest version it may have before ·
 * the message. Out: whether it was stored; its position; the version that its stream has now. Not stored: nothing is changed. A message id
 * that is known already is a unique violation (23505).
 * Locks: the log's advisory lock, to the end of the transaction; see `append`.
 * The position is taken before the stream is judged, and given back where it does not fit: two steps in place of three for all that fit.
 */
export const appendOne = [
  `CREATE FUNCTION {append_one}(
  a_now bigint, a_wait int, a_stream text, a_partition int, a_low bigint, a_high bigint,
  m_id text, m_kind smallint, m_type text, m_created text, m_causation text, m_correlation text, m_metadata text, m_payload text,
  OUT stored boolean, OUT place bigint, OUT reached bigint
) LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  moment bigint;
  numbers bigint;
  width int;
  events int := CASE m_kind WHEN 1 THEN 1 ELSE 0 END;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'appends need READ COMMITTED' USING ERRCODE = '25001';
  END IF;
  PERFORM set_config('lock_timeout', a_wait::text, true), pg_advisory_xact_lock({{lock}});
  stored := true;
  UPDATE {log} SET head = head + 1, recorded_at = greatest(recorded_at, coalesce(a_now, {server_now}())) WHERE id = 1
    RETURNING head, recorded_at, schedule, partitions + 1 INTO place, moment, numbers, width;
  UPDATE {streams} SET version = version + events, messages = messages + 1, last_position = place
    WHERE name = a_stream AND version BETWEEN a_low AND a_high RETURNING version INTO reached;
  IF NOT FOUND THEN
    IF a_low > 0 OR EXISTS (SELECT FROM {streams} WHERE name = a_stream) THEN
      UPDATE {log} SET head = head - 1 WHERE id = 1;
      stored := false;
      RETURN;
    END IF;
    INSERT INTO {streams} (name, version, messages, last_position) VALUES (a_stream, events, 1, place);
    reached := events;
  END IF;
  INSERT INTO {messages} (position, recorded_at, version, partition, kind, id, type, stream, created_at, causation, correlation, metadata, payload)
    VALUES (place, moment, reached, a_partition, m_kind, m_id, m_type, a_stream, m_created, m_causation, m_correlation, m_metadata, m_payload);
  UPDATE {types} SET commands = commands + 1 - events, heads[a_partition + 1] = place, heads[width] = place WHERE name = m_type;
  IF NOT FOUND THEN
    INSERT INTO {types} (name, commands, heads)
      SELECT m_type, 1 - events, ARRAY(SELECT CASE WHEN e.n IN (a_partition + 1, width) THEN place ELSE 0 END FROM generate_series(1, width) AS e(n));
  END IF;
  IF numbers > 0 AND EXISTS (SELECT FROM {schedules} WHERE id = m_id) THEN
    RAISE EXCEPTION 'a message with the id of one that waits in a schedule' USING ERRCODE = '23505';
  END IF;
END $$`,
] as const
