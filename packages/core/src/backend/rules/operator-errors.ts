import type { Position } from "../../message/ids.ts"
import { BackendError } from "../errors.ts"

/** A group that does not exist. */
export function noSuchGroup(group: string): BackendError {
  return new BackendError(
    "not-found",
    `there is no group ${JSON.stringify(group)}: register its reactor, or correct the name`,
  )
}

/** A name that another group has. */
export function groupNameTaken(name: string): BackendError {
  return new BackendError("invalid", `there is a group ${JSON.stringify(name)} already: choose another name`)
}

/** A lane that is not open. */
export function noSuchLane(group: string, key: string): BackendError {
  const what = `group ${JSON.stringify(group)} has no open lane ${JSON.stringify(key)}`
  return new BackendError("not-found", `${what}: list its lanes`)
}

/** A position that holds no message. */
export function noMessageAt(position: Position): BackendError {
  return new BackendError("not-found", `there is no message at position ${position}`)
}

/** A message that a group has handled: there is nothing to skip. */
export function settledAlready(group: string, position: Position): BackendError {
  const what = `group ${JSON.stringify(group)} has settled position ${position} already`
  return new BackendError("invalid", `${what}: reset it to handle it again`)
}
