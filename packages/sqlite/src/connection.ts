import type { DatabaseSync, StatementSync } from "node:sqlite"

import { DEFAULT_PREFIX } from "./options.ts"
import type { Row, Value } from "./row.ts"

/** A connection with its prepared statements. Errors come as SQLite throws them. */
export interface Connection {
  readonly db: DatabaseSync
  all(sql: string, ...values: Value[]): readonly Row[]
  get(sql: string, ...values: Value[]): Row | undefined
  /** Answers how many rows changed. */
  run(sql: string, ...values: Value[]): number
}

export interface ConnectionOptions {
  readonly tablePrefix: string
  readonly onStatement?: (sql: string) => void
}

/** Wraps a database: each statement is prepared once, its rows are arrays, and its tables carry the log's prefix. */
export function connect(db: DatabaseSync, { tablePrefix, onStatement }: ConnectionOptions): Connection {
  const prepared = new Map<string, StatementSync>()
  const statement = (sql: string): StatementSync => {
    onStatement?.(sql)
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const made = db.prepare(withPrefix(sql, tablePrefix))
    made.setReturnArrays(true)
    prepared.set(sql, made)
    return made
  }
  return {
    db,
    all(sql, ...values) {
      const rows: unknown = statement(sql).all(...values)
      return areRows(rows) ? rows : []
    },
    get(sql, ...values) {
      const row: unknown = statement(sql).get(...values)
      return isRow(row) ? row : undefined
    },
    run: (sql, ...values) => Number(statement(sql).run(...values).changes),
  }
}

/** Statements are written with the default prefix. */
export function withPrefix(sql: string, tablePrefix: string): string {
  return tablePrefix === DEFAULT_PREFIX ? sql : sql.replaceAll(DEFAULT_PREFIX, tablePrefix)
}

function isRow(value: unknown): value is Row {
  return Array.isArray(value)
}

function areRows(value: unknown): value is readonly Row[] {
  return Array.isArray(value)
}
