import { randomUUID } from "node:crypto"

import { open as openPostgres } from "@millrace/postgres"
import pg from "pg"

import { startPostgres, type TestPostgres } from "../src/servers/start-postgres.ts"
import type { SharedLog, Time } from "./backends.ts"
import { TABLE } from "./rows-in-storage.ts"

/** The server of this test file: started when first needed, and ended when the file's process has gone. */
let server: Promise<{ readonly started: TestPostgres; readonly pool: pg.Pool }> | undefined

async function start(): Promise<{ readonly started: TestPostgres; readonly pool: pg.Pool }> {
  const started = await startPostgres({ settings: { fsync: "off" } })
  const pool = new pg.Pool({ connectionString: started.url, max: 2, allowExitOnIdle: true })
  pool.on("error", () => {})
  return { started, pool }
}

/** A log in a schema of its own, which is on the search path of its connections: there lies the user's table too. */
export async function postgresLog(time?: Time): Promise<SharedLog> {
  server ??= start()
  const { started, pool } = await server
  const schema = `rows_${randomUUID().replaceAll("-", "_")}`
  await pool.query(
    `CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.${TABLE} (key text PRIMARY KEY, value int NOT NULL)`,
  )
  const options = { maxConnections: 4, ...(time === undefined ? {} : { clock: time }) }
  const url = `${started.url}?schema=${schema}&options=${encodeURIComponent(`-c search_path=${schema}`)}`
  return {
    connect: () => openPostgres(url, options),
    connectOther: (name) => openPostgres(url, { ...options, prefix: `${name}_` }),
    url,
    async row(key) {
      const { rows } = await pool.query<{ value: number }>(`SELECT value FROM ${schema}.${TABLE} WHERE key = $1`, [key])
      return rows[0]?.value
    },
    ...(started.own ? { restart: () => started.restart() } : {}),
    async remove() {
      await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    },
  }
}
