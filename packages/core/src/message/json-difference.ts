import type { Json } from "./json.ts"

/** Where two values of JSON differ, dotted (empty: as a whole); `undefined` where they are alike. The order of keys is no difference. */
export function jsonDifference(one: Json, other: Json): string | undefined {
  return differenceAt(one, other, [])
}

function differenceAt(one: Json | undefined, other: Json | undefined, path: readonly string[]): string | undefined {
  if (one === other) return undefined
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return path.join(".")
  const [left, right] = [fieldsOf(one), fieldsOf(other)]
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const found = differenceAt(left.get(key), right.get(key), [...path, key])
    if (found !== undefined) return found
  }
  return undefined
}

function isObject(value: Json | undefined): value is Extract<Json, object> {
  return typeof value === "object" && value !== null
}

function fieldsOf(value: Extract<Json, object>): ReadonlyMap<string, Json> {
  return new Map(Object.entries(value))
}
