import { BackendError, type Migration } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { withPrefix } from "./connection.ts"
import { log } from "./migrations/0001-log.ts"
import type { Settings } from "./options.ts"
import { int, text } from "./row.ts"
import { insertLog } from "./sql/insert-log.ts"
import { selectFormat } from "./sql/select-format.ts"
import { selectIndexes } from "./sql/select-indexes.ts"
import { selectTables } from "./sql/select-tables.ts"
import { updateFormat } from "./sql/update-format.ts"

/** What marks a log's row as ours. */
const PRODUCT = "millrace"

/** A step from one format to the next. */
interface Step {
  readonly name: string
  readonly statements: readonly string[]
}

/** Numbered from 1: a log of format n has run the first n. */
const STEPS: readonly Step[] = [{ name: "0001 create the log's tables", statements: log }]

/** The format this release writes. */
export const FORMAT = STEPS.length

/** The log's tables, as statements name them. */
export const TABLES: readonly string[] = STEPS.flatMap(({ statements }) =>
  statements.flatMap((sql) => /^CREATE TABLE (\w+)/.exec(sql)?.[1] ?? []),
)

/** What a database holds under our prefix. */
export type Found =
  | { readonly format: 0 }
  | {
      readonly format: number
      readonly partitions: number
      /** The log's indexes that somebody dropped: the statements that make them. */
      readonly lacking: readonly string[]
    }

const INDEX = /^CREATE (?:UNIQUE )?INDEX (\w+)/

/** Looks what is there. Throws `not-a-log` for tables of our names that we did not make, `newer-format` for a log of a later release. */
export function findLog(db: Connection, prefix: string): Found {
  const own = TABLES.map((name) => withPrefix(name, prefix).toLowerCase())
  const tables = db.all(selectTables, JSON.stringify(own)).map((row) => text(row[0]))
  if (tables.length === 0) return { format: 0 }
  const row = tables.includes(`${prefix}log`.toLowerCase()) ? formatRow(db) : undefined
  if (row === undefined || row[0] !== PRODUCT) {
    throw new BackendError(
      "not-a-log",
      `the database holds a table ${tables[0]} that Millrace did not make: choose another tablePrefix`,
    )
  }
  const format = int(row[1])
  if (format > FORMAT) {
    throw new BackendError(
      "newer-format",
      `the log has format ${format}, and this release of @millrace/sqlite knows formats up to ${FORMAT}: upgrade @millrace/sqlite`,
    )
  }
  return { format, partitions: int(row[2]), lacking: lackingIndexes(db, prefix, format) }
}

function lackingIndexes(db: Connection, prefix: string, format: number): readonly string[] {
  const there = new Set(db.all(selectIndexes).map((row) => text(row[0])))
  const all = STEPS.slice(0, format).flatMap(({ statements }) => statements)
  return all.filter((sql) => {
    const name = INDEX.exec(sql)?.[1]
    return name !== undefined && !there.has(withPrefix(name, prefix).toLowerCase())
  })
}

function formatRow(db: Connection): ReturnType<Connection["get"]> {
  try {
    return db.get(selectFormat)
  } catch (error) {
    if (error instanceof Error && /no such column/.test(error.message)) return undefined
    throw error
  }
}

/** The steps that a log still needs. */
export function stepsFrom(found: Found): Migration {
  const indexes = lackingIn(found).map((sql) => `make the index ${INDEX.exec(sql)?.[1] ?? ""} again`)
  return { steps: [...indexes, ...STEPS.slice(found.format).map((step) => step.name)], format: FORMAT }
}

function lackingIn(found: Found): readonly string[] {
  return "lacking" in found ? found.lacking : []
}

/** Brings the database up to date, in the transaction that the caller holds. Answers what it did. */
export function runSteps(db: Connection, found: Found, settings: Settings): Migration {
  const steps = STEPS.slice(found.format).flatMap(({ statements }) => statements)
  for (const sql of [...lackingIn(found), ...steps]) db.db.exec(withPrefix(sql, settings.tablePrefix))
  if (found.format === 0) db.run(insertLog, PRODUCT, FORMAT, settings.partitions)
  else if (found.format < FORMAT) db.run(updateFormat, FORMAT)
  return stepsFrom(found)
}
