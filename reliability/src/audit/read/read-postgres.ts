import * as Schema from "effect/Schema"
import { Client } from "pg"

import type { Evidence } from "../evidence.ts"
import { Documents, Groups, groupsOf, Lanes, Messages, messagesOf, Partitions, projectionsOf, Types } from "./rows.ts"

/** Numbers of 64 bits come as text, so they are cast to what JavaScript counts with. */
const MESSAGES = `
  SELECT position::float8, id, kind::int, type, stream AS "streamId", version::float8, coalesce(causation, id) AS "causationId",
    recorded_at::float8 AS "recordedAt", partition, payload
  FROM millrace.messages ORDER BY position`
const COUNTS = `
  SELECT (SELECT count(*)::int FROM millrace.schedules) AS schedules, head::float8, partitions FROM millrace.log`
const GROUPS = `SELECT id, name, ordering AS "order", active::int, stopped, start::float8 FROM millrace.groups`
const TYPES = `SELECT grp, type, since::float8 FROM millrace.group_types`
const PARTITIONS = `SELECT grp, partition, checkpoint::float8, CASE WHEN lease_until > 0 THEN owner END AS holder FROM millrace.partitions`
const LANES = `
  SELECT grp, key, partition, next::float8, parked::int, CASE WHEN lease_until > 0 THEN owner END AS holder, error FROM millrace.lanes`
/** Streams whose own row says something else than their messages. */
const TORN_STREAMS = `
  SELECT s.name AS what FROM millrace.streams s
  FULL JOIN (
    SELECT stream, count(*) AS messages, max(position) AS last, coalesce(max(version) FILTER (WHERE kind = 1), 0) AS version
    FROM millrace.messages GROUP BY stream
  ) m ON m.stream = s.name
  WHERE s.name IS NULL OR m.stream IS NULL OR s.messages <> m.messages OR s.last_position <> m.last OR s.version <> m.version`
/** Types whose heads, by which claims find work, say something else than their messages. */
const TORN_HEADS = `
  SELECT format('%s in partition %s', t.name, h.ordinality - 1) AS what
  FROM millrace.types t CROSS JOIN LATERAL unnest(t.heads) WITH ORDINALITY h (head, ordinality)
  WHERE h.ordinality <= (SELECT partitions FROM millrace.log) AND h.head <> coalesce(
    (SELECT max(m.position) FROM millrace.messages m WHERE m.type = t.name AND m.partition = h.ordinality - 1), 0)`
const Counts = Schema.Tuple([Schema.Struct({ schedules: Schema.Int, head: Schema.Int, partitions: Schema.Int })])
const Torn = Schema.Array(Schema.Struct({ what: Schema.NullOr(Schema.String) }))

/** Reads the tables of a log with plain SQL. */
export async function readPostgres(url: string): Promise<Evidence> {
  const client = new Client(url)
  await client.connect()
  try {
    // The planner's indexes are not trusted with the question whether all is there.
    await client.query("SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off")
    const decode = async <T>(schema: Schema.Codec<T, unknown>, sql: string): Promise<T> =>
      Schema.decodeUnknownSync(schema)((await client.query<Record<string, unknown>>(sql)).rows)
    const [{ schedules, head, partitions }] = await decode(Counts, COUNTS)
    const tornStreams = await decode(Torn, TORN_STREAMS)
    const tornHeads = await decode(Torn, TORN_HEADS)
    return {
      messages: messagesOf(await decode(Messages, MESSAGES)),
      head,
      partitions,
      schedules,
      projections: projectionsOf(await decode(Documents, "SELECT collection, id, value FROM millrace.documents")),
      groups: groupsOf({
        groups: await decode(Groups, GROUPS),
        types: await decode(Types, TYPES),
        partitions: await decode(Partitions, PARTITIONS),
        lanes: await decode(Lanes, LANES),
      }),
      torn: [
        ...tornStreams.map(({ what }) => `the row of stream ${what ?? "(none)"} does not fit its messages`),
        ...tornHeads.map(({ what }) => `the head of ${what ?? "?"} does not fit its messages`),
      ],
    }
  } finally {
    await client.end()
  }
}
