import { BackendError } from "@millrace/core/backend"

/** What the server answered is not what a script of ours answers. */
function strange(what: string): BackendError {
  return new BackendError("corrupt", `the server answered ${what}: something else wrote to the log's keys`)
}

/** A list in an answer. */
export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw strange(`${typeof value} in place of a list`)
  return value
}

/** A text in an answer. */
export function text(value: unknown): string {
  if (typeof value !== "string") throw strange(`${typeof value} in place of a text`)
  return value
}

/** A whole number in an answer, given as a number or in digits. */
export function int(value: unknown): number {
  const number = typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : NaN
  if (!Number.isSafeInteger(number)) throw strange(`${JSON.stringify(value)} in place of a whole number`)
  return number
}

/** A list of names and values, one after another. */
export function fields(value: unknown): Map<string, string> {
  const flat = list(value)
  const map = new Map<string, string>()
  for (let at = 0; at + 1 < flat.length; at += 2) map.set(text(flat[at]), text(flat[at + 1]))
  return map
}

/** JSON that was stored before, taken to be of the shape it was stored in. */
export function storedJson<T>(json: string): T {
  try {
    return parse(json)
  } catch (error) {
    throw new BackendError("corrupt", "the log holds broken JSON: something else wrote to its keys", { cause: error })
  }
}

/** The one place where stored JSON becomes a type: only what this package wrote reaches it. */
const parse: <T>(json: string) => T = JSON.parse
