import { noSuchGroup } from "../rules/operator-errors.ts"
import type { GroupState } from "./group-state.ts"
import type { LogState } from "./log-state.ts"

/** The group of this name. Throws `not-found`. */
export function findGroup(log: LogState, name: string): GroupState {
  const group = log.groups.get(name)
  if (group === undefined) throw noSuchGroup(name)
  return group
}

/** The next fencing token. */
export function nextToken(log: LogState): number {
  log.tokens += 1
  return log.tokens
}
