import { Pool } from "pg"

import { DEFAULT_PARTITIONS } from "../../../../packages/core/src/backend/index.ts"
import { partitionOf } from "../../../../packages/core/src/stream/partition.ts"
import { postgresBackend } from "../../../../packages/postgres/src/index.ts"
import { timedId } from "../../harness/timed-id.ts"

/** A message as the twin is given it. */
export interface BareMessage {
  readonly kind: "command" | "event"
  readonly type: string
  readonly stream: string
  readonly payload: object
  readonly causation?: string
  readonly correlation?: string
}

/** A log in the tables that Millrace makes, written by one prepared statement. */
export interface BareLog {
  readonly pool: Pool
  /** Stores messages behind their streams' last versions: one durable transaction of one round trip. Resolves with their ids. */
  append(messages: readonly BareMessage[]): Promise<readonly string[]>
  close(): Promise<void>
}

/**
 * What one who knows Postgres would write for a log with the same guarantees: positions in commit order by one lock per log, the versions
 * of all streams moved by one upsert that also tells them, all messages inserted by one statement. In: columns as arrays; `offsets` is a message's place among
 * those of its stream in the call. Left out is what only Millrace needs: expectations, heads of types, keys, documents, schedules.
 */
const FUNCTION = `
CREATE FUNCTION twin_append(ids text[], kinds smallint[], types text[], streams text[], offsets bigint[], partitions int[], created text[],
  causations text[], correlations text[], payloads text[], names text[], events bigint[], counts bigint[]) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  base bigint;
  moment bigint := floor(extract(epoch FROM clock_timestamp()) * 1000);
BEGIN
  PERFORM pg_advisory_xact_lock(1);
  UPDATE millrace.log SET head = head + cardinality(ids), recorded_at = greatest(recorded_at, moment)
    RETURNING head - cardinality(ids), recorded_at INTO base, moment;
  WITH moved AS (
    INSERT INTO millrace.streams AS t (name, version, messages, last_position)
    SELECT n.name, n.events, n.count, base + cardinality(ids) FROM unnest(names, events, counts) AS n(name, events, count)
    ON CONFLICT (name) DO UPDATE SET version = t.version + excluded.version, messages = t.messages + excluded.messages,
      last_position = excluded.last_position
    RETURNING t.name, t.version
  )
  INSERT INTO millrace.messages (position, recorded_at, version, partition, kind, id, type, stream, created_at, causation, correlation, payload)
  SELECT base + m.ord, moment, moved.version + m.off, m.partition, m.kind, m.id, m.type, m.stream, m.created, m.causation, m.correlation, m.payload
  FROM unnest(ids, kinds, types, streams, offsets, partitions, created, causations, correlations, payloads)
    WITH ORDINALITY AS m(id, kind, type, stream, off, partition, created, causation, correlation, payload, ord)
  JOIN moved ON moved.name = m.stream;
END $$`

const APPEND = `SELECT twin_append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

export async function openLog(url: string): Promise<BareLog> {
  const backend = postgresBackend(url)
  await backend.migrate()
  await backend.close()
  const pool = new Pool({ connectionString: url, max: 4 })
  await pool.query(FUNCTION)
  return {
    pool,
    async append(messages) {
      const { ids, values } = columnsOf(messages)
      await pool.query({ name: "append", text: APPEND, values })
      return ids
    },
    close: () => pool.end(),
  }
}

/** The arguments of `twin_append`. Versions are told relative to what a stream has after the call. */
function columnsOf(messages: readonly BareMessage[]) {
  const streams = new Map<string, { events: number; count: number }>()
  for (const { stream, kind } of messages) {
    const known = streams.get(stream) ?? { events: 0, count: 0 }
    streams.set(stream, known)
    known.count += 1
    if (kind === "event") known.events += 1
  }
  const seen = new Map<string, number>()
  const offsets = messages.map(({ stream, kind }) => {
    const before = (seen.get(stream) ?? 0) + (kind === "event" ? 1 : 0)
    seen.set(stream, before)
    return before - (streams.get(stream)?.events ?? 0)
  })
  const now = Date.now()
  const created = new Date(now).toISOString()
  const ids = messages.map(() => timedId(now))
  const values = [
    ids,
    messages.map(({ kind }) => (kind === "event" ? 1 : 0)),
    messages.map(({ type }) => type),
    messages.map(({ stream }) => stream),
    offsets,
    messages.map(({ stream }) => partitionOf(stream, DEFAULT_PARTITIONS)),
    messages.map(() => created),
    messages.map(({ causation }) => causation ?? null),
    messages.map(({ correlation }) => correlation ?? null),
    messages.map(({ payload }) => JSON.stringify(payload)),
    [...streams.keys()],
    [...streams.values()].map(({ events }) => events),
    [...streams.values()].map(({ count }) => count),
  ]
  return { ids, values }
}
