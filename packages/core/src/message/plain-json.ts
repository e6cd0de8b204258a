import { dotted, type FieldError } from "./field-error.ts"
import type { Json } from "./json.ts"

/** How deep a payload may nest. A value that refers to itself meets this bound. */
export const MAX_PAYLOAD_DEPTH = 200

/** A value as JSON gives it back, deeply frozen and shared with nobody; or what in it JSON can not hold, and where. */
export type PlainJson = { readonly json: Json } | { readonly errors: readonly FieldError[] }

/** Copies a value into frozen JSON. Keys whose value is `undefined` are left out, as JSON does; anything else that would be lost is an error. */
export function plainJson(value: unknown): PlainJson {
  const errors: FieldError[] = []
  const json = copy(value, [], errors)
  return errors.length === 0 && json !== undefined ? { json } : { errors }
}

function copy(value: unknown, path: PropertyKey[], errors: FieldError[]): Json | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      if (Number.isFinite(value)) return value === 0 ? 0 : value
      return refuse(path, errors, `${value} is not a JSON number`)
    case "object":
      if (value === null) return null
      if (path.length >= MAX_PAYLOAD_DEPTH) {
        errors.push({ path: dotted(path.slice(0, 3)), message: tooDeep })
        return undefined
      }
      return Array.isArray(value) ? copyArray(value, path, errors) : copyObject(value, path, errors)
    default:
      return refuse(
        path,
        errors,
        `JSON can not hold ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}`,
      )
  }
}

const tooDeep = `refers to itself, or is nested deeper than ${MAX_PAYLOAD_DEPTH} levels`

function copyArray(value: readonly unknown[], path: PropertyKey[], errors: FieldError[]): Json {
  const items: Json[] = []
  for (let at = 0; at < value.length; at += 1) {
    path.push(at)
    const item = copy(value[at], path, errors)
    path.pop()
    if (item !== undefined) items.push(item)
    if (errors.length > 0 && errors.at(-1)?.message === tooDeep) break
  }
  return Object.freeze(items)
}

function copyObject(value: object, path: PropertyKey[], errors: FieldError[]): Json | undefined {
  if (!isPlain(value)) {
    return refuse(path, errors, `JSON can not hold a ${nameOf(value)}: give the field a schema that encodes it`)
  }
  const fields: Record<string, Json> = {}
  for (const key of Object.keys(value)) {
    const field = value[key]
    if (field === undefined) continue
    path.push(key)
    const json = copy(field, path, errors)
    path.pop()
    if (json !== undefined) put(fields, key, json)
    if (errors.length > 0 && errors.at(-1)?.message === tooDeep) break
  }
  return Object.freeze(fields)
}

/** An object as JSON makes them. */
function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** `__proto__` is a key like any other in JSON, but not in an assignment. */
function put(fields: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__") Object.defineProperty(fields, key, { value, enumerable: true })
  else fields[key] = value
}

function nameOf(value: object): string {
  return value.constructor.name === "" ? "class instance" : value.constructor.name
}

function refuse(path: readonly PropertyKey[], errors: FieldError[], message: string): undefined {
  errors.push({ path: dotted(path), message })
  return undefined
}
