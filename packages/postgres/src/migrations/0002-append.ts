/** The parameters of `append`, which `settle_append` passes on. */
export const APPEND_PARAMETERS = `a_now bigint, a_wait int, a_count int, a_schedules int,
  s_names text[], s_partitions int[], s_lows bigint[], s_highs bigint[], s_events bigint[], s_messages bigint[], s_lasts bigint[],
  m_ids text[], m_kinds smallint[], m_types int[], m_streams int[], m_versions bigint[],
  m_causations text[], m_correlations text[], m_created text[], m_metadata text[], m_payloads text[],
  h_types text[], h_commands bigint[], h_offsets bigint[], a_extra text`

/** What `append` takes behind them, where groups are sent one upon the other without waiting for answers. */
const TURN = "a_after text DEFAULT NULL, a_mark text DEFAULT NULL"

/**
 * Stores appends that were judged before, if all they were judged by still holds; else stores nothing and says so.
 * In: the clock (NULL: the server's) · how long to wait for the lock · streams in the order of their last messages, with the version each is assumed to have
 * (between low and high; both lists NULL where nothing is assumed) and what is added to it · messages in order, their type and stream by number and the
 * version in it as offsets, lists NULL where all their values are · heads of types, one offset per partition and type (0: none) · `a_extra`: keys, documents and
 * schedules as JSON, NULL where there are none, as almost always · the mark of the group that has to be the last one stored on this connection, and the
 * mark of this one (NULL: no matter).
 * Out: whether it was stored (NULL: it is not this group's turn), the head before, the versions the streams had. A message id that is known already is a unique violation (23505): the index
 * tells without being asked first.
 * Locks: the log's advisory lock, to the end of the transaction. As a VOLATILE function at READ COMMITTED every statement behind the lock
 * sees what was committed before it was had; one statement alone would have taken its snapshot before it waited.
 * The settings keep its plans, made once and while the tables are small, from reading whole tables later.
 */
export const append = [
  `CREATE FUNCTION {take_lock}(a_wait int) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'appends need READ COMMITTED' USING ERRCODE = '25001';
  END IF;
  PERFORM set_config('lock_timeout', a_wait::text, true);
  PERFORM pg_advisory_xact_lock({{lock}});
END $$`,
  `CREATE FUNCTION {server_now}() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint
$$`,
  `CREATE FUNCTION {append_extra}(a_extra text, a_write boolean, a_base bigint, a_schedule bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  extra json := a_extra::json;
BEGIN
  IF NOT a_write THEN
    RETURN NOT EXISTS (
      SELECT FROM json_array_elements_text(extra->'keyNames') AS n(key) JOIN {keys} k ON k.key = n.key
    ) AND NOT EXISTS (
      SELECT FROM json_to_recordset(extra->'documents') AS n(collection text, id text, low bigint, high bigint)
      LEFT JOIN {documents} d ON d.collection = n.collection AND d.id = n.id
      WHERE coalesce(d.revision, 0) NOT BETWEEN n.low AND n.high
    ) AND NOT EXISTS (
      SELECT FROM json_to_recordset(extra->'schedules') AS n(id text) JOIN {messages} m ON m.id = n.id
    );
  END IF;
  INSERT INTO {keys} (key, fingerprint, first_position, position, at)
    SELECT key, fingerprint, CASE WHEN first = 0 THEN 0 ELSE a_base + first END,
      CASE WHEN last = 0 THEN 0 ELSE a_base + last END, a_base + greatest(last, before)
    FROM json_to_recordset(extra->'keys') AS n(key text, fingerprint text, first bigint, last bigint, before bigint);
  DELETE FROM {documents} d
    USING json_to_recordset(extra->'puts') AS n(collection text, id text, restart boolean)
    WHERE d.collection = n.collection AND d.id = n.id AND n.restart;
  INSERT INTO {documents} AS d (collection, id, revision, value)
    SELECT collection, id, puts, value
    FROM json_to_recordset(extra->'puts') AS n(collection text, id text, puts bigint, value text)
    WHERE value IS NOT NULL
    ON CONFLICT (collection, id) DO UPDATE SET revision = d.revision + excluded.revision, value = excluded.value;
  INSERT INTO {schedules} (number, due, id, message)
    SELECT a_schedule + number, due, id, message
    FROM json_to_recordset(extra->'schedules') AS n(number bigint, due bigint, id text, message text);
  RETURN true;
END $$`,
  `CREATE FUNCTION {append}(
${APPEND_PARAMETERS}, ${TURN},
  OUT stored boolean, OUT base bigint, OUT versions bigint[]
) LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  moment bigint;
  numbers bigint;
  width int;
  known bigint;
  reached bigint;
  ends bigint[];
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'appends need READ COMMITTED' USING ERRCODE = '25001';
  END IF;
  IF a_after IS NOT NULL AND current_setting('millrace.mark', true) IS DISTINCT FROM a_after THEN RETURN; END IF;
  PERFORM set_config('lock_timeout', a_wait::text, true), pg_advisory_xact_lock({{lock}});
  stored := true;
  IF s_lows IS NOT NULL THEN
    SELECT coalesce(array_agg(coalesce(t.version, 0) ORDER BY s.ord), '{}'), coalesce(bool_and(coalesce(t.version, 0) BETWEEN s.low AND s.high), true)
      INTO versions, stored
      FROM unnest(s_names, s_lows, s_highs) WITH ORDINALITY AS s(name, low, high, ord)
      LEFT JOIN {streams} t ON t.name = s.name;
  END IF;
  IF stored AND a_extra IS NOT NULL THEN stored := {append_extra}(a_extra, false, 0, 0); END IF;
  IF NOT stored THEN RETURN; END IF;

  IF a_count = 0 THEN
    UPDATE {log} SET schedule = schedule + a_schedules RETURNING head, schedule - a_schedules INTO base, numbers;
  ELSE
    UPDATE {log} SET head = head + a_count, schedule = schedule + a_schedules, recorded_at = greatest(recorded_at, coalesce(a_now, {server_now}()))
      RETURNING head - a_count, recorded_at, schedule - a_schedules, partitions + 1 INTO base, moment, numbers, width;
    IF a_count = 1 AND cardinality(s_names) = 1 THEN
      INSERT INTO {streams} AS t (name, version, messages, last_position) VALUES (s_names[1], s_events[1], 1, base + 1)
        ON CONFLICT (name) DO UPDATE SET version = t.version + excluded.version, messages = t.messages + 1, last_position = excluded.last_position
        RETURNING version INTO reached;
      versions := ARRAY[reached - s_events[1]];
      INSERT INTO {messages} (position, recorded_at, version, partition, kind, id, type, stream, created_at, causation, correlation, metadata, payload)
        VALUES (base + 1, moment, reached, s_partitions[1], m_kinds[1], m_ids[1], h_types[1], s_names[1], m_created[1],
          m_causations[1], m_correlations[1], m_metadata[1], m_payloads[1]);
      UPDATE {types} SET commands = commands + h_commands[1], heads[s_partitions[1] + 1] = base + 1, heads[width] = base + 1 WHERE name = h_types[1];
    ELSE
      WITH moved AS (
        INSERT INTO {streams} AS t (name, version, messages, last_position)
        SELECT s_names[s.n], s_events[s.n], s_messages[s.n], base + s_lasts[s.n] FROM generate_series(1, cardinality(s_names)) AS s(n)
        WHERE s_messages[s.n] > 0
        ON CONFLICT (name) DO UPDATE SET version = t.version + excluded.version, messages = t.messages + excluded.messages,
          last_position = excluded.last_position
        RETURNING version, last_position
      ) SELECT array_agg(version ORDER BY last_position) INTO ends FROM moved;
      versions := coalesce(versions, ARRAY(SELECT ends[s.n] - s_events[s.n] FROM generate_series(1, cardinality(ends)) AS s(n)));
      INSERT INTO {messages} (position, recorded_at, version, partition, kind, id, type, stream, created_at, causation, correlation, metadata, payload)
        SELECT base + m.n, moment, versions[m_streams[m.n]] + m_versions[m.n], s_partitions[m_streams[m.n]], m_kinds[m.n], m_ids[m.n],
          h_types[m_types[m.n]], s_names[m_streams[m.n]], m_created[m.n], m_causations[m.n], m_correlations[m.n], m_metadata[m.n], m_payloads[m.n]
        FROM generate_series(1, a_count) AS m(n);
      UPDATE {types} t SET commands = t.commands + h_commands[h.n], heads = ARRAY(
          SELECT CASE WHEN h_offsets[(h.n - 1) * width + e.n] = 0 THEN t.heads[e.n] ELSE base + h_offsets[(h.n - 1) * width + e.n] END
          FROM generate_series(1, width) AS e(n)
        )
        FROM generate_series(1, cardinality(h_types)) AS h(n) WHERE t.name = h_types[h.n];
    END IF;
    GET DIAGNOSTICS known = ROW_COUNT;
    IF known < cardinality(h_types) THEN
      INSERT INTO {types} (name, commands, heads)
        SELECT h_types[h.n], h_commands[h.n], ARRAY(
          SELECT CASE WHEN h_offsets[(h.n - 1) * width + e.n] = 0 THEN 0 ELSE base + h_offsets[(h.n - 1) * width + e.n] END
          FROM generate_series(1, width) AS e(n)
        )
        FROM generate_series(1, cardinality(h_types)) AS h(n)
        WHERE NOT EXISTS (SELECT FROM {types} t WHERE t.name = h_types[h.n]);
    END IF;
    IF numbers > 0 AND EXISTS (SELECT FROM {schedules} s WHERE s.id = ANY(m_ids)) THEN
      RAISE EXCEPTION 'a message with the id of one that waits in a schedule' USING ERRCODE = '23505';
    END IF;
  END IF;
  versions := coalesce(versions, '{}');
  IF a_extra IS NOT NULL THEN PERFORM {append_extra}(a_extra, true, base, numbers); END IF;
  IF a_mark IS NOT NULL THEN PERFORM set_config('millrace.mark', a_mark, false); END IF;
END $$`,
] as const
