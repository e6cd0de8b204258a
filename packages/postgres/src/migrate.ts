import { BackendError, type Migration, type Risk } from "@millrace/core/backend"

import type { Connection, Database } from "./database.ts"
import { textList } from "./list.ts"
import { FORMAT, migrations } from "./migrations/index.ts"
import type { Names } from "./names.ts"
import type { Settings } from "./options.ts"
import { risksOf } from "./risks.ts"
import { int, text } from "./row.ts"
import { insertLog } from "./sql/insert-log.ts"
import { selectIndexes } from "./sql/select-indexes.ts"
import { selectLog } from "./sql/select-log.ts"
import { selectRelations } from "./sql/select-relations.ts"
import { selectVersion } from "./sql/select-version.ts"
import { updateFormat } from "./sql/update-format.ts"
import { withNames } from "./statement.ts"

/** The oldest server whose SQL the log speaks (13.0). */
const OLDEST_SERVER = 130_000

/** What is where the log belongs. */
export type Found =
  | { readonly kind: "nothing"; readonly schema: boolean }
  | { readonly kind: "log"; readonly format: number; readonly partitions: number; readonly risks: readonly Risk[] }

/** A statement that makes an index, which is named in it. */
const INDEX = /^CREATE (?:UNIQUE )?INDEX (\{-[a-z_]+\})/

/** Looks for the log. Throws `newer-format`, and `not-a-log` where something else has its tables' names. */
export async function findLog(on: Connection, names: Names): Promise<Found> {
  const tables = textList(["log", "messages", "partitions"].map((table) => `${names.prefix}${table}`))
  const [row] = await on.rows(selectRelations, names.schema, tables)
  if (row === undefined || int(row[1]) === 0) return { kind: "nothing", schema: row !== undefined }
  const other = new BackendError(
    "not-a-log",
    `schema ${names.schema} holds tables of these names that Millrace did not make: choose another schema or prefix`,
  )
  if (int(row[1]) < 3) throw other
  const [log] = await on.rows(selectLog).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "42703") throw other
    throw error
  })
  if (log === undefined || text(log[0]) !== "millrace") throw other
  const format = int(log[1])
  if (format > FORMAT) {
    const advice = `the log ${names.log} has format ${format}, this release knows ${FORMAT}: upgrade @millrace/postgres`
    throw new BackendError("newer-format", advice)
  }
  return { kind: "log", format, partitions: int(log[2]), risks: risksOf(text(log[3]), text(log[4])) }
}

/** Creates the log or brings it up to date, in one transaction under a lock: of several processes that try at once, one does it. */
export async function migrate(
  database: Database,
  { names, settings }: { readonly names: Names; readonly settings: Settings },
  dryRun: boolean,
): Promise<Migration> {
  return database.transaction(async (on) => {
    const [server] = await on.rows(selectVersion)
    refuseOldServer(int(server?.[0]), text(server?.[1]))
    if (!dryRun) await on.run(`SELECT pg_advisory_xact_lock(${names.migrationLock})`)
    const found = await findLog(on, names)
    const lacking = found.kind === "log" ? await lackingIndexes(on, names, found.format) : []
    const steps = [...lacking, ...stepsFrom(found, names)]
    if (!dryRun) {
      for (const { statements } of steps) for (const statement of statements) await on.runLong(statement)
      if (found.kind === "nothing") await on.count(insertLog, settings.partitions)
      if (steps.length > 0) await on.count(updateFormat, FORMAT)
    }
    return { steps: steps.map(describe), format: FORMAT }
  })
}

/** Steps that make those indexes again that somebody dropped. */
async function lackingIndexes(on: Connection, names: Names, format: number): Promise<readonly Step[]> {
  const made = migrations.slice(0, format).flatMap(({ statements }) => statements)
  const indexes = made.flatMap((statement) => {
    const [, name] = INDEX.exec(statement) ?? []
    return name === undefined ? [] : [{ statement, name: withNames(name, names).slice(1, -1) }]
  })
  const rows = await on.rows(selectIndexes, names.schema, textList(indexes.map(({ name }) => name)))
  const there = new Set(rows.map(([name]) => text(name)))
  return indexes
    .filter(({ name }) => !there.has(name))
    .map(({ name, statement }) => ({ name: `index ${name}`, statements: [withNames(statement, names)] }))
}

interface Step {
  readonly name: string
  readonly statements: readonly string[]
}

function stepsFrom(found: Found, names: Names): readonly Step[] {
  const from = found.kind === "log" ? found.format : 0
  const schema = found.kind === "nothing" && !found.schema
  return [
    ...(schema ? [{ name: "schema", statements: [`CREATE SCHEMA "${names.schema}"`] }] : []),
    ...migrations.slice(from).map(({ name, statements }) => ({
      name,
      statements: statements.map((statement) => withNames(statement, names)),
    })),
  ]
}

function describe({ name, statements }: Step): string {
  return `-- ${name}\n${statements.join(";\n")};`
}

/** Throws `unsupported` for a server that lacks what the log's SQL needs. `number` as in `server_version_num`: 150004 is 15.4. */
export function refuseOldServer(number: number, version: string): void {
  if (number >= OLDEST_SERVER) return
  throw new BackendError("unsupported", `the server runs Postgres ${version}: Millrace needs 13 or newer`)
}
