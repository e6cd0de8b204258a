import { BackendError } from "../backend/errors.ts"

/** A call after `close`. */
export function closed(): BackendError {
  return new BackendError("closed", "this memory backend was closed: make another one")
}

/** A call before `migrate`, or after `uninstall`. */
export function notMigrated(): BackendError {
  return new BackendError("not-migrated", "this memory backend holds no log yet: call migrate() first")
}
