/** The parameters of `append`, which `settle_append` passes on. */
export const APPEND_PARAMETERS = `a_now bigint, a_wait int, a_count int, a_schedules int,
  s_names text[], s_lows bigint[], s_highs bigint[], s_events bigint[], s_messages bigint[], s_lasts bigint[],
  m_ids text[], m_kinds smallint[], m_types text[], m_names text[], m_streams int[], m_partitions int[], m_versions bigint[],
  m_causations text[], m_correlations text[], m_created text[], m_metadata text[], m_payloads text[],
  h_types text[], h_commands bigint[], h_offsets bigint[],
  a_ids text[], a_extra text`

/**
 * Stores appends that were judged before, if all they were judged by still holds; else stores nothing and says so.
 * In: the clock (NULL: the server's) · how long to wait for the lock · streams with the version each is assumed to have (between low and high) and what is
 * added to it · messages in order, their stream and the version in it as offsets · heads of types, one offset per partition and type (0: none) ·
 * message ids that no schedule may have · `a_extra`: keys, documents and schedules as JSON, NULL where there are none, as almost always.
 * Out: whether it was stored, the head before, the versions the streams had. A message id that is stored already is a unique violation (23505): the index
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
${APPEND_PARAMETERS},
  OUT stored boolean, OUT base bigint, OUT versions bigint[]
) LANGUAGE plpgsql VOLATILE SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  moment bigint;
  numbers bigint;
  width int;
  known text[];
BEGIN
  PERFORM {take_lock}(a_wait);
  SELECT coalesce(array_agg(coalesce(t.version, 0) ORDER BY s.ord), '{}'),
      coalesce(bool_and(coalesce(t.version, 0) BETWEEN s.low AND s.high), true)
      AND NOT EXISTS (SELECT FROM unnest(a_ids) AS n(id) JOIN {schedules} m ON m.id = n.id)
    INTO versions, stored
    FROM unnest(s_names, s_lows, s_highs) WITH ORDINALITY AS s(name, low, high, ord)
    LEFT JOIN {streams} t ON t.name = s.name;
  IF stored AND a_extra IS NOT NULL THEN stored := {append_extra}(a_extra, false, 0, 0); END IF;
  IF NOT stored THEN RETURN; END IF;

  UPDATE {log} SET head = head + a_count, schedule = schedule + a_schedules,
      recorded_at = CASE WHEN a_count = 0 THEN recorded_at ELSE greatest(recorded_at, coalesce(a_now, {server_now}())) END
    RETURNING head - a_count, recorded_at, schedule - a_schedules, partitions + 1 INTO base, moment, numbers, width;
  IF a_count > 0 THEN
    WITH added AS (
      INSERT INTO {messages} (position, recorded_at, version, partition, kind, id, type, stream, created_at, causation, correlation, metadata, payload)
      SELECT base + m.ord, moment, versions[m.stream] + m.version, m.partition, m.kind, m.id, m.type, m.name,
        m.created, m.causation, m.correlation, m.metadata, m.payload
      FROM unnest(m_ids, m_kinds, m_types, m_names, m_streams, m_partitions, m_versions, m_causations, m_correlations, m_created, m_metadata, m_payloads)
        WITH ORDINALITY AS m(id, kind, type, name, stream, partition, version, causation, correlation, created, metadata, payload, ord)
    ), moved AS (
      INSERT INTO {streams} AS t (name, version, messages, last_position)
      SELECT s.name, s.events, s.messages, base + s.last
      FROM unnest(s_names, s_events, s_messages, s_lasts) AS s(name, events, messages, last)
      WHERE s.messages > 0
      ON CONFLICT (name) DO UPDATE SET version = t.version + excluded.version, messages = t.messages + excluded.messages,
        last_position = excluded.last_position
    ), raised AS (
      UPDATE {types} t SET commands = t.commands + n.commands, heads = (
          SELECT array_agg(CASE WHEN h_offsets[(n.ord - 1) * width + e.ord] = 0 THEN e.head
            ELSE base + h_offsets[(n.ord - 1) * width + e.ord] END ORDER BY e.ord)
          FROM unnest(t.heads) WITH ORDINALITY AS e(head, ord)
        )
      FROM unnest(h_types, h_commands) WITH ORDINALITY AS n(name, commands, ord) WHERE t.name = n.name RETURNING t.name
    ) SELECT array_agg(name) INTO known FROM raised;
    IF coalesce(cardinality(known), 0) < cardinality(h_types) THEN
      INSERT INTO {types} (name, commands, heads)
        SELECT n.name, n.commands, (
          SELECT array_agg(CASE WHEN h_offsets[(n.ord - 1) * width + e] = 0 THEN 0 ELSE base + h_offsets[(n.ord - 1) * width + e] END ORDER BY e)
          FROM generate_series(1, width) AS e
        )
        FROM unnest(h_types, h_commands) WITH ORDINALITY AS n(name, commands, ord) WHERE n.name <> ALL (coalesce(known, '{}'));
    END IF;
  END IF;
  IF a_extra IS NOT NULL THEN PERFORM {append_extra}(a_extra, true, base, numbers); END IF;
END $$`,
] as const
