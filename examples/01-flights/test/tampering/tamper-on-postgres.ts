import { startPostgres } from "@millrace/testing"
import { Client } from "pg"

import type { Tampering } from "./tampering.ts"

/** An event that nothing else refers to, and that is the last of its stream. */
const LAST_DEPARTURE = `
  SELECT m.position FROM millrace.messages m
  WHERE m.type = 'flight.departed'
    AND NOT EXISTS (SELECT 1 FROM millrace.messages e WHERE e.causation = m.id)
    AND NOT EXISTS (SELECT 1 FROM millrace.messages e WHERE e.stream = m.stream AND e.kind = 1 AND e.version > m.version)
  ORDER BY m.position LIMIT 1`
const DELETE_EVENT = `DELETE FROM millrace.messages WHERE position = (${LAST_DEPARTURE})`
const DOUBLE_EVENT = `
  INSERT INTO millrace.messages (position, recorded_at, version, partition, kind, id, type, stream, created_at, causation, payload)
  SELECT (SELECT max(position) + 1 FROM millrace.messages), recorded_at, version + 1, partition, kind, 'another-id', type, stream,
    created_at, causation, payload
  FROM millrace.messages WHERE position = (${LAST_DEPARTURE})`
const CHANGE_TOTALS = `
  UPDATE millrace.documents
  SET value = jsonb_set(value::jsonb, '{state,delay}', to_jsonb((value::jsonb #>> '{state,delay}')::int + 1))::text
  WHERE collection = 'projection:airport_totals' AND id = 'airport-DFW'`

/** A log is a database; its copies are made by the server. */
export const tamperOnPostgres: Tampering = {
  name: "postgres",
  async start() {
    const server = await startPostgres({ settings: { fsync: "off" } })
    const at = (database: string): string => server.url.replace(/postgres$/, database)
    const run = async (url: string, sql: string): Promise<void> => {
      const client = new Client(url)
      await client.connect()
      try {
        await client.query(sql)
      } finally {
        await client.end()
      }
    }
    await run(server.url, "CREATE DATABASE flights")
    let copies = 0
    return {
      url: at("flights"),
      async copy() {
        copies += 1
        const url = at(`copy_${copies}`)
        await run(server.url, `CREATE DATABASE copy_${copies} TEMPLATE flights`)
        return {
          url,
          deleteEvent: () => run(url, DELETE_EVENT),
          doubleEvent: () => run(url, DOUBLE_EVENT),
          changeTotals: () => run(url, CHANGE_TOTALS),
        }
      },
      stop: () => server.stop(),
    }
  },
}
