import type { Entry } from "./append-load.ts"

/** Whether a storage handed out an entry. Checks as little as it can: what is measured is the storage. */
export function isEntry(value: unknown): value is Entry {
  if (typeof value !== "object" || value === null || !("stream" in value) || !("number" in value)) return false
  return typeof value.stream === "string" && typeof value.number === "number"
}
