import { noSuchGroup } from "./errors.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import type { LogState } from "./log-state.ts"

/** The group of this name. Throws `not-found`. */
export function findGroup(log: LogState, name: string): GroupState {
  const group = log.groups.get(name)
  if (group === undefined) throw noSuchGroup(name)
  return group
}

/** The next token of a partition and its lanes. */
export function nextToken(at: PartitionState): number {
  at.tokens += 1
  return at.tokens
}

/** Ends whatever lease a partition (or lane) has, so that its settle is fenced. */
export function fence(at: PartitionState, held: { token: number | null; lease: PartitionState["lease"] } = at): void {
  at.tokens += 1
  held.token = null
  held.lease = { owner: null, until: 0, takeovers: held.lease.takeovers }
}

/** Ends all leases of a group. */
export function fenceAll(group: GroupState): void {
  for (const at of group.partitions) {
    fence(at)
    for (const lane of at.lanes.values()) fence(at, lane)
  }
}
