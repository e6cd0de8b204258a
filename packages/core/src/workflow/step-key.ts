import { createHash } from "node:crypto"

import type { Json } from "../message/json.ts"

/** The key of the `ordinal`-th call of a name within a run: the same in every process. */
export function stepKey(name: string, ordinal: number): string {
  return `${name}#${ordinal}`
}

/** What stands for a call's arguments: equal for equal JSON, whatever the order of its keys. */
export function argumentsHash(args: Json): string {
  return createHash("sha256")
    .update(JSON.stringify(canonical(args)))
    .digest("base64url")
    .slice(0, HASH_LENGTH)
}

/** 132 bits. */
const HASH_LENGTH = 22

/** The same JSON with the keys of its objects in code-unit order. */
export function canonical(value: Json): Json {
  if (isList(value)) return value.map(canonical)
  if (typeof value !== "object" || value === null) return value
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(fields.map(([key, field]) => [key, canonical(field)]))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
