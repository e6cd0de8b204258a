import { BackendError } from "@millrace/core/backend"

import type { Transaction } from "../database.ts"
import { isBroken } from "../errors.ts"
import type { Log } from "../log.ts"
import { dropsOf } from "../migrations/drops.ts"
import { int } from "../row.ts"
import { countRelations } from "../sql/count-relations.ts"

/** Removes all tables and functions of the log, and the schema where nothing else is left in it. */
export async function uninstall({ database, names }: Log, confirm: string): Promise<void> {
  if (confirm !== names.log)
    throw new BackendError("invalid", `uninstall removes the whole log: confirm with its name, "${names.log}"`)
  await database.transaction(async (on) => {
    await on.run(`SELECT pg_advisory_xact_lock(${names.migrationLock})`)
    for (const statement of dropsOf(names)) await on.runLong(statement)
    const [left] = await on.rows(countRelations, names.schema)
    if (int(left?.[0]) === 0 && names.schema !== "public") await dropSchema(on, names.schema)
  })
}

/** The schema may hold what is no table: then it stays. */
async function dropSchema(on: Transaction, schema: string): Promise<void> {
  await on.run("SAVEPOINT millrace_schema")
  try {
    await on.run(`DROP SCHEMA "${schema}"`)
  } catch (error) {
    if (isBroken(error)) throw error
    await on.run("ROLLBACK TO SAVEPOINT millrace_schema")
  }
}
