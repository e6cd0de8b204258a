/** What went wrong in a storage. */
export type BackendErrorCode =
  /** Nothing was written: the storage could not be reached, or refused for now. @remedy Try again; workers do by themselves. Look at the server if it goes on. */
  | "unavailable"
  /** The write may or may not have landed. @remedy Repeat the same call, with the same ids; never decide anew. Millrace’s own writes do by themselves. */
  | "outcome-unknown"
  /** The backend was closed. @remedy Open a new one; stop using the app before closing it. */
  | "closed"
  /** The storage has no structures of Millrace, or older ones. @remedy Run `millrace migrate`, or let `createApp({ migrate: true })` do it. */
  | "not-migrated"
  /** A later release has written here. @remedy Update Millrace in this process. */
  | "newer-format"
  /** There is no such group, lane or schedule. @remedy Look at the list for its name. */
  | "not-found"
  /** An argument that no state of the log could make right. @remedy Correct the call; the message says what. */
  | "invalid"
  /** The storage takes no writes: a read-only file, a replica, a missing right. @remedy Connect to the primary, or grant the right that the message names. */
  | "read-only"
  /** What is stored contradicts itself. @remedy Stop, keep a copy, and restore from a backup; the message says what was found. */
  | "corrupt"
  /** The storage has no room left: disk or memory. @remedy Make room; nothing of the write was stored. */
  | "full"
  /** What stands there is something else than a log of Millrace. @remedy Check the URL, or choose another schema, prefix or file. */
  | "not-a-log"
  /** This storage can not do what was asked. @remedy Look at its capabilities, and choose another way or another storage. */
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
