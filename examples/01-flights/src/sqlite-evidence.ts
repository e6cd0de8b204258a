import { resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"

import * as Schema from "effect/Schema"

import type { LogEvidence } from "./evidence.ts"

const Messages = Schema.Array(
  Schema.Struct({
    position: Schema.Int,
    id: Schema.String,
    kind: Schema.Literals(["command", "event"]),
    type: Schema.String,
    streamId: Schema.String,
    version: Schema.NullOr(Schema.Int),
    causationId: Schema.String,
    payload: Schema.fromJsonString(Schema.Unknown),
  }),
)
const Documents = Schema.Array(Schema.Struct({ id: Schema.String, value: Schema.fromJsonString(Schema.Unknown) }))
const Count = Schema.Struct({ count: Schema.Int })

const MESSAGES = `
  SELECT m.position, m.id, t.name AS type, s.name AS streamId, m.payload,
    CASE m.kind WHEN 1 THEN 'event' ELSE 'command' END AS kind,
    CASE m.kind WHEN 1 THEN m.version END AS version,
    coalesce(m.causation, m.id) AS causationId
  FROM millrace_messages m JOIN millrace_types t ON t.id = m.type JOIN millrace_streams s ON s.id = m.stream
  ORDER BY m.position`
const TOTALS = `SELECT id, value -> '$.state' AS value FROM millrace_documents WHERE collection = 'projection:airport_totals'`

/** Reads the database file of a log with plain SQL: nothing of Millrace has a part in it. */
export async function sqliteEvidence(url: string): Promise<LogEvidence> {
  const database = new DatabaseSync(fileOf(url), { readOnly: true })
  try {
    const rows = (sql: string): unknown[] => database.prepare(sql).all()
    const countOf = (table: string): number =>
      Schema.decodeUnknownSync(Count)(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()).count
    const messages = Schema.decodeUnknownSync(Messages)(rows(MESSAGES))
    const documents = Schema.decodeUnknownSync(Documents)(rows(TOTALS))
    return {
      source: "read from the database file with plain SQL",
      messages: messages.map((message) => ({ ...message, version: message.version ?? undefined })),
      totals: new Map(documents.map(({ id, value }) => [id, value])),
      schedules: countOf("millrace_schedules"),
      lanes: countOf("millrace_lanes"),
    }
  } finally {
    database.close()
  }
}

/** The file that a URL of SQLite names. */
function fileOf(url: string): string {
  const path = url.slice("sqlite:".length)
  return path.startsWith("///") ? fileURLToPath(`file:${path}`) : resolve(decodeURIComponent(path))
}
