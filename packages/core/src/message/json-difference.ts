import type { Json } from "./json.ts"

/** Where two values of JSON differ, dotted (empty: as a whole); `undefined` where they are alike. The order of keys is no difference. */
export function jsonDifference(one: Json, other: Json): string | undefined {
  return differenceAt(one, other, [])
}

function differenceAt(one: Json | undefined, other: Json | undefined, path: readonly string[]): string | undefined {
  if (one === other) return undefined
  if (!isObject(one) || !isObject(other) || Array.isArray(one) !== Array.isArray(other)) return path.join(".")
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = differenceAt(fieldOf(one, key), fieldOf(other, key), [...path, key])
    if (found !== undefined) return found
  }
  return undefined
}

function isObject(value: Json | undefined): value is Extract<Json, object> {
  return typeof value === "object" && value !== null
}

function fieldOf(value: Extract<Json, object>, key: string): Json | undefined {
  const field: Json | undefined = Object.getOwnPropertyDescriptor(value, key)?.value
  return field
}
