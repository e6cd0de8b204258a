import type { SQLInputValue, SQLOutputValue } from "node:sqlite"

import { BackendError } from "@millrace/core/backend"

/** One row as SQLite gives it, column by column. */
export type Row = readonly SQLOutputValue[]

/** What a statement can be given. */
export type Value = SQLInputValue

/** A column that holds a whole number. */
export function int(value: SQLOutputValue | undefined): number {
  if (typeof value === "number") return value
  throw unexpected("a number", value)
}

/** A column that holds a whole number or nothing. */
export function intOrNull(value: SQLOutputValue | undefined): number | null {
  return value === null ? null : int(value)
}

/** A column that holds text. */
export function text(value: SQLOutputValue | undefined): string {
  if (typeof value === "string") return value
  throw unexpected("text", value)
}

/** A column that holds text or nothing. */
export function textOrNull(value: SQLOutputValue | undefined): string | null {
  return value === null ? null : text(value)
}

function unexpected(wanted: string, value: unknown): BackendError {
  return new BackendError(
    "corrupt",
    `a column should hold ${wanted} and holds ${typeof value}: something else wrote to the log's tables`,
  )
}
