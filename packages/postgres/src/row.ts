import { BackendError } from "@millrace/core/backend"

/** A column that is never NULL. */
export function text(value: string | null | undefined): string {
  if (value === null || value === undefined) throw torn("nothing where text belongs")
  return value
}

/** A whole number. */
export function int(value: string | null | undefined): number {
  const number = Number(text(value))
  if (!Number.isSafeInteger(number)) throw torn(`${value} where a whole number belongs`)
  return number
}

export function intOrNull(value: string | null | undefined): number | null {
  return value === null || value === undefined ? null : int(value)
}

export function bool(value: string | null | undefined): boolean {
  return text(value) === "t"
}

/** A list of whole numbers, as `{1,2,3}`. */
export function ints(value: string | null | undefined): readonly number[] {
  const inner = text(value).slice(1, -1)
  return inner === "" ? [] : inner.split(",").map((one) => int(one))
}

function torn(what: string): BackendError {
  return new BackendError("corrupt", `a table of the log holds ${what}: something else wrote to it`)
}
