import { BackendError } from "@millrace/core/backend"

/** JSON that this package wrote: it comes back as what it was. */
export function storedJson<T>(json: string): T {
  const value: unknown = JSON.parse(json)
  if (wasStored<T>(value)) return value
  throw new BackendError(
    "corrupt",
    "a column should hold JSON and holds nothing: something else wrote to the log's tables",
  )
}

function wasStored<T>(value: unknown): value is T {
  return value !== undefined
}
