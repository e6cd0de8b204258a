import type { Json } from "../message/json.ts"
import { plainJson } from "../message/plain-json.ts"
import type { Storable } from "../message/storable.ts"
import { NotRecordable } from "./errors.ts"

/**
 * What the log gives back of a value: a `Date` comes back as a string, a field that is `undefined` or a function not at all. Steps and
 * workflows give this form from the first run on, so that nothing changes when a run is taken up again.
 */
export type Recorded<T> = unknown extends T ? T : Storable<T> extends true ? T : RecordedOne<T>

type RecordedOne<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends void
    ? undefined
    : T extends { toJSON(): infer Json }
      ? Recorded<Json>
      : T extends Unrecordable
        ? never
        : T extends readonly unknown[]
          ? { [At in keyof T]: Recorded<T[At]> }
          : T extends object
            ? { [Key in keyof T as T[Key] extends Unrecordable ? never : Key]: Recorded<T[Key]> }
            : never

type Unrecordable = bigint | symbol | ((...args: never) => unknown)

/** Objects that JSON would empty without a word. */
const EMPTIED = [Map, Set, WeakMap, WeakSet, Error, RegExp, Promise, ArrayBuffer] as const

/** A value in the form the log gives back. Throws `NotRecordable`. */
export function recorded(what: string, value: unknown): Json | undefined {
  if (value === undefined) return undefined
  const plain = plainJson(withoutMethods(what, value, 0))
  if ("json" in plain) return plain.json
  throw new NotRecordable(
    what,
    plain.errors.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; "),
  )
}

/** How deep a value is looked into; `plainJson` refuses what is deeper. */
const DEEPEST = 250

/** The value with every `toJSON` called, and class instances as plain objects of their fields. */
function withoutMethods(what: string, value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return value
  if ("toJSON" in value && typeof value.toJSON === "function") {
    const json: unknown = Reflect.apply(value.toJSON, value, [])
    return withoutMethods(what, json, depth + 1)
  }
  if (Array.isArray(value)) return value.map((one: unknown) => withoutMethods(what, one, depth + 1))
  if (ArrayBuffer.isView(value) || EMPTIED.some((kind) => value instanceof kind)) {
    throw new NotRecordable(what, `JSON can not hold a ${value.constructor.name}`)
  }
  const fields = Object.entries(value).filter(([, field]) => typeof field !== "function")
  return Object.fromEntries(fields.map(([key, field]) => [key, withoutMethods(what, field, depth + 1)]))
}
