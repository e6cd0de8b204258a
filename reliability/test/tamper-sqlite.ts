import { DatabaseSync } from "node:sqlite"

import { readSqlite } from "../src/audit/read/read-sqlite.ts"
import { GHOST, OTHER_STATE, type Tamper } from "./tamper.ts"

export async function tamperSqlite(file: string): Promise<Tamper> {
  const db = new DatabaseSync(file)
  const run = (sql: string, ...values: (string | number)[]): void => void db.prepare(sql).run(...values)
  const OF_GROUP = "grp = (SELECT id FROM millrace_groups WHERE name = ?)"
  return {
    remove: async ({ position }) => run("DELETE FROM millrace_messages WHERE position = ?", position),
    async double({ position }, head) {
      run(
        `INSERT INTO millrace_messages SELECT ?, id || 'x', kind, type, stream, version + 2, partition, causation, correlation, created_at,
          (SELECT max(recorded_at) FROM millrace_messages), metadata, payload FROM millrace_messages WHERE position = ?`,
        head + 1,
        position,
      )
      run("UPDATE millrace_log SET head = ?", head + 1)
    },
    moveBack: async (group) => run(`UPDATE millrace_partitions SET checkpoint = 0 WHERE ${OF_GROUP}`, group),
    hold: async (group) =>
      run(`UPDATE millrace_partitions SET lease_until = 1, owner = ? WHERE ${OF_GROUP}`, GHOST, group),
    changeState: async (account) =>
      run(
        "UPDATE millrace_documents SET value = json_set(value, '$.state', json(?)) WHERE collection = 'projection:balances' AND id = ?",
        JSON.stringify(OTHER_STATE),
        account,
      ),
    read: async () => readSqlite(file),
    close: async () => db.close(),
  }
}
