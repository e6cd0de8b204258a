import { open } from "@millrace/postgres"
import pg from "pg"

import { startPostgres, type TestPostgres } from "../../../src/servers/start-postgres.ts"
import { linesOf } from "../lines-of.ts"
import type { FormatStorage } from "../stored-log.ts"

/** The schema of the saved log: names of its functions and constraints are derived from it. */
const SCHEMA = "millrace_format"

let server: Promise<TestPostgres> | undefined

/** One line of what is saved: a statement, or the rows of a table as JSON. */
interface Line {
  readonly statement?: string
  readonly table?: string
  readonly rows?: string
}

/** A schema, saved as the statements that the release made it with, and the rows of its tables. */
export const postgresStorage: FormatStorage = {
  name: "postgres",
  async open() {
    server ??= startPostgres({ settings: { fsync: "off" } })
    const started = await server
    const url = `${started.url}?schema=${SCHEMA}`
    const pool = new pg.Pool({ connectionString: started.url, max: 1, allowExitOnIdle: true })
    pool.on("error", () => {})
    await pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`)
    const made = await madeWith(url)
    return {
      url,
      connect: async () => open(url, { maxConnections: 2 }),
      async save() {
        const lines: Line[] = made.map((statement) => ({ statement }))
        for (const table of await tablesOf(pool)) {
          const { rows } = await pool.query<{ rows: string | null }>(
            `SELECT json_agg(t)::text AS rows FROM ${SCHEMA}.${table} t`,
          )
          if (rows[0]?.rows !== undefined && rows[0].rows !== null) lines.push({ table, rows: rows[0].rows })
        }
        return lines.map((line) => `${JSON.stringify(line)}\n`).join("")
      },
      async load(saved) {
        for (const line of linesOf(saved)) {
          if (!isLine(line)) throw new Error("this is no line of a saved schema")
          if (line.statement !== undefined) await pool.query(line.statement)
          else await fill(pool, line)
        }
      },
      mark: async (format) => void (await pool.query(`UPDATE ${SCHEMA}.log SET format = $1`, [format])),
      structure: async () => made.join("\n"),
      async remove() {
        await pool.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`)
        await pool.end()
      },
    }
  },
}

function isLine(value: unknown): value is Line {
  return typeof value === "object" && value !== null && ("statement" in value || "table" in value)
}

/** The statements that today's release makes a log with, where there is none yet. */
async function madeWith(url: string): Promise<readonly string[]> {
  const vacant = open(url, { maxConnections: 1 })
  try {
    return (await vacant.migrate({ dryRun: true })).steps
  } finally {
    await vacant.close()
  }
}

async function tablesOf(pool: pg.Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ name: string }>(
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 ORDER BY tablename",
    [SCHEMA],
  )
  return rows.map(({ name }) => name)
}

async function fill(pool: pg.Pool, { table = "", rows = "[]" }: Line): Promise<void> {
  const whole = `${SCHEMA}.${table}`
  await pool.query(
    `INSERT INTO ${whole} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::${whole}, $1)`,
    [rows],
  )
  const identity = await pool.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attidentity <> ''`,
    [whole],
  )
  for (const { name } of identity.rows)
    await pool.query(`SELECT setval(pg_get_serial_sequence($1, $2), (SELECT max(${name}) FROM ${whole}))`, [
      whole,
      name,
    ])
}
