/**
 * What went wrong in a storage.
 * `unavailable`: nothing was written; trying again may help. `outcome-unknown`: the write may or may not have landed: repeat the same
 * call, never decide anew. `closed`: the backend was closed. `not-migrated`, `newer-format`: `migrate` has not run; a later release
 * wrote here. `not-found`: no such group, lane, schedule. `invalid`: an argument that no state of the log could make right.
 * `read-only`, `corrupt`, `full`, `not-a-log`: the storage's own condition. `unsupported`: `capabilities` says so.
 */
export type BackendErrorCode =
  | "unavailable"
  | "outcome-unknown"
  | "closed"
  | "not-migrated"
  | "newer-format"
  | "not-found"
  | "invalid"
  | "read-only"
  | "corrupt"
  | "full"
  | "not-a-log"
  | "unsupported"

/** Thrown by every backend method; whatever else is thrown is a defect of the backend's own code. The message says what to do. */
export class BackendError extends Error {
  override readonly name = "BackendError"
  readonly code: BackendErrorCode

  constructor(code: BackendErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
