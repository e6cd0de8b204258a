import * as Schema from "effect/Schema"
import { Client } from "pg"

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
const Documents = Schema.Array(Schema.Struct({ id: Schema.String, state: Schema.Unknown }))
const Counts = Schema.Tuple([Schema.Struct({ schedules: Schema.Int, lanes: Schema.Int })])

/** Numbers of 64 bits come as text, so they are cast to what JavaScript counts with. */
const MESSAGES = (table: Named) => `
  SELECT position::float8, id, type, stream AS "streamId", coalesce(causation, id) AS "causationId", payload,
    CASE kind WHEN 1 THEN 'event' ELSE 'command' END AS kind,
    CASE kind WHEN 1 THEN version::float8 END AS version
  FROM ${table("messages")} ORDER BY position`
const TOTALS = (table: Named) => `
  SELECT id, value::jsonb -> 'state' AS state FROM ${table("documents")} WHERE collection = 'projection:airport_totals'`
const COUNTS = (table: Named) => `
  SELECT (SELECT count(*)::int FROM ${table("schedules")}) AS schedules, (SELECT count(*)::int FROM ${table("lanes")}) AS lanes`

/** Reads the tables of a log with plain SQL: nothing of Millrace has a part in it. */
export async function postgresEvidence(url: string): Promise<LogEvidence> {
  const client = new Client(url)
  await client.connect()
  try {
    const table = tablesAt(url)
    const rows = async (sql: string): Promise<unknown[]> => (await client.query<Record<string, unknown>>(sql)).rows
    const messages = Schema.decodeUnknownSync(Messages)(await rows(MESSAGES(table)))
    const documents = Schema.decodeUnknownSync(Documents)(await rows(TOTALS(table)))
    const [counts] = Schema.decodeUnknownSync(Counts)(await rows(COUNTS(table)))
    return {
      source: "read from the server with plain SQL",
      messages: messages.map((message) => ({ ...message, version: message.version ?? undefined })),
      totals: new Map(documents.map(({ id, state }) => [id, state])),
      ...counts,
    }
  } finally {
    await client.end()
  }
}

/** Names a table of the log. */
type Named = (table: string) => string

/** Where the log lies by its URL: `?schema=` and `?prefix=`, which are plain letters. */
function tablesAt(url: string): Named {
  const { searchParams } = new URL(url)
  const schema = searchParams.get("schema") ?? "millrace"
  const prefix = searchParams.get("prefix") ?? ""
  return (table) => `"${schema}"."${prefix}${table}"`
}
