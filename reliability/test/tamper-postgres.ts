import { Client } from "pg"

import { readPostgres } from "../src/audit/read/read-postgres.ts"
import { GHOST, OTHER_STATE, type Tamper } from "./tamper.ts"

export async function tamperPostgres(url: string): Promise<Tamper> {
  const client = new Client(url)
  await client.connect()
  const run = async (sql: string, ...values: (string | number)[]): Promise<void> =>
    void (await client.query(sql, values))
  const OF_GROUP = "grp = (SELECT id FROM millrace.groups WHERE name = $1)"
  return {
    remove: ({ position }) => run("DELETE FROM millrace.messages WHERE position = $1", position),
    async double({ position }, head) {
      await run(
        `INSERT INTO millrace.messages (position, recorded_at, version, partition, kind, id, type, stream, created_at, causation, correlation, metadata, payload)
         SELECT $1, (SELECT max(recorded_at) FROM millrace.messages), version + 2, partition, kind, id || 'x', type, stream, created_at,
           causation, correlation, metadata, payload FROM millrace.messages WHERE position = $2`,
        head + 1,
        position,
      )
      await run("UPDATE millrace.log SET head = $1", head + 1)
    },
    moveBack: (group) => run(`UPDATE millrace.partitions SET checkpoint = 0 WHERE ${OF_GROUP}`, group),
    hold: (group) => run(`UPDATE millrace.partitions SET lease_until = 1, owner = $2 WHERE ${OF_GROUP}`, group, GHOST),
    changeState: (account) =>
      run(
        `UPDATE millrace.documents SET value = jsonb_set(value::jsonb, '{state}', $1::jsonb)::text
         WHERE collection = 'projection:balances' AND id = $2`,
        JSON.stringify(OTHER_STATE),
        account,
      ),
    read: () => readPostgres(url),
    close: () => client.end(),
  }
}
