import type { Json, JsonObject } from "../../message/json.ts"

/** A frozen copy of a value, as JSON would give it back: nobody's later change reaches the log. */
export function jsonCopy(value: Json): Json {
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : null
  if (typeof value !== "object" || value === null) return value
  if (isArray(value)) return Object.freeze(value.map((part) => jsonCopy(part ?? null)))
  return jsonObjectCopy(value)
}

/** The same for an object. */
export function jsonObjectCopy(value: JsonObject): JsonObject {
  const copy: Record<string, Json> = {}
  for (const [key, part] of Object.entries(value)) {
    if (part !== undefined) setOwn(copy, key, jsonCopy(part))
  }
  return Object.freeze(copy)
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

/** `__proto__` is a key like any other in JSON; assigning it would set the prototype. */
function setOwn(object: Record<string, Json>, key: string, value: Json): void {
  if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true })
  else object[key] = value
}
