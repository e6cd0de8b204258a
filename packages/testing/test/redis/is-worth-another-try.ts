import { BackendError } from "@millrace/core"

/** Whether the same call may be made again: the storage was away, or its answer was lost. */
export function isWorthAnotherTry(error: unknown): boolean {
  return error instanceof BackendError && (error.code === "unavailable" || error.code === "outcome-unknown")
}
