import { BackendError } from "../backend/errors.ts"

/** A call after `close`. */
export function closed(): BackendError {
  return new BackendError("closed", "this memory backend was closed: make another one")
}

/** A call before `migrate`, or after `uninstall`. */
export function notMigrated(): BackendError {
  return new BackendError("not-migrated", "this memory backend holds no log yet: call migrate() first")
}

/** A group that does not exist. */
export function noSuchGroup(group: string): BackendError {
  return new BackendError(
    "not-found",
    `there is no group "${group}": check the name, or run its reactor once to create it`,
  )
}
