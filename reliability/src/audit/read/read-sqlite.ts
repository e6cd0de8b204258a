import { DatabaseSync } from "node:sqlite"

import * as Schema from "effect/Schema"

import type { Evidence } from "../evidence.ts"
import { Documents, Groups, groupsOf, Lanes, Messages, messagesOf, Partitions, projectionsOf, Types } from "./rows.ts"

const MESSAGES = `
  SELECT m.position, m.id, m.kind, t.name AS type, s.name AS streamId, m.version, coalesce(m.causation, m.id) AS causationId,
    m.recorded_at AS recordedAt, m.partition, m.payload
  FROM millrace_messages m JOIN millrace_types t ON t.id = m.type JOIN millrace_streams s ON s.id = m.stream ORDER BY m.position`
const COUNTS = `
  SELECT (SELECT count(*) FROM millrace_messages) AS messages, (SELECT count(*) FROM millrace_schedules) AS schedules, head, partitions
  FROM millrace_log`
const GROUPS = `SELECT id, name, ordering AS "order", status = 'active' AS active, stopped, start FROM millrace_groups`
const TYPES = `SELECT g.grp, t.name AS type, g.since FROM millrace_group_types g JOIN millrace_types t ON t.id = g.type`
const PARTITIONS = `SELECT grp, partition, checkpoint, iif(lease_until = 0, NULL, owner) AS holder FROM millrace_partitions`
const LANES = `SELECT grp, key, partition, next, parked, iif(lease_until = 0, NULL, owner) AS holder, error FROM millrace_lanes`
const Counts = Schema.Tuple([
  Schema.Struct({ messages: Schema.Int, schedules: Schema.Int, head: Schema.Int, partitions: Schema.Int }),
])
const Checks = Schema.Array(Schema.Struct({ integrity_check: Schema.String }))

/** Reads the database file of a log with plain SQL. */
export function readSqlite(file: string): Evidence {
  const database = new DatabaseSync(file)
  try {
    const rows = (sql: string): unknown[] =>
      database
        .prepare(sql)
        .all()
        .map((row) => ({ ...row }))
    const decode = <T>(schema: Schema.Codec<T, unknown>, sql: string): T => Schema.decodeUnknownSync(schema)(rows(sql))
    const [{ messages: count, schedules, head, partitions }] = decode(Counts, COUNTS)
    const messages = messagesOf(decode(Messages, MESSAGES))
    const torn = decode(Checks, "PRAGMA integrity_check").flatMap(({ integrity_check: says }) =>
      says === "ok" ? [] : [`the file is damaged: ${says}`],
    )
    if (count !== messages.length)
      torn.push(`${count - messages.length} messages name a type or stream that is not there`)
    return {
      messages,
      head,
      partitions,
      schedules,
      projections: projectionsOf(decode(Documents, "SELECT collection, id, value FROM millrace_documents")),
      groups: groupsOf({
        groups: decode(Groups, GROUPS),
        types: decode(Types, TYPES),
        partitions: decode(Partitions, PARTITIONS),
        lanes: decode(Lanes, LANES),
      }),
      torn,
    }
  } finally {
    database.close()
  }
}
