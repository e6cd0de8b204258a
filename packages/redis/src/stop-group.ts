import type { Instant, StopReason } from "@millrace/core/backend"

import type { GroupState, PartitionState } from "./group-state.ts"

/** Stops a group: its leases end, so that nothing in flight is settled. */
export function stopGroup(group: GroupState, { reason, error, messageId }: StopReason, at: Instant): void {
  group.stopped = {
    reason,
    ...(error === undefined ? {} : { error }),
    ...(messageId === undefined ? {} : { messageId }),
    at,
  }
  fenceAll(group)
}

/** Ends whatever lease a partition or a lane has, so that its settle is fenced. */
export function fence(held: Pick<PartitionState, "token" | "lease">): void {
  held.token = null
  held.lease = { owner: null, until: 0, takeovers: held.lease.takeovers }
}

/** Ends all leases of a group. */
export function fenceAll(group: GroupState): void {
  for (const at of group.partitions) {
    fence(at)
    for (const lane of at.lanes.values()) fence(lane)
  }
}
