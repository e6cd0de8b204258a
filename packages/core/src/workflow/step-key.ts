import { createHash } from "node:crypto"

import type { Json } from "../message/json.ts"

/** The key of the `ordinal`-th call of a name within a run: the same in every process. */
export function stepKey(name: string, ordinal: number): string {
  return `${name}#${ordinal}`
}

/** What stands for a call's arguments: equal for equal JSON, whatever the order of its keys. */
export function argumentsHash(args: Json): string {
  return createHash("sha256").update(canonical(args)).digest("base64url").slice(0, 22)
}

function canonical(value: Json): string {
  if (isList(value)) return `[${value.map(canonical).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const fields = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(",")}}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
