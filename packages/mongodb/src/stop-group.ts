import type { Instant, StopReason } from "@millrace/core/backend"

import { fenceAll, type GroupState } from "./group-state.ts"

/** Stops a group: its leases end, so that nothing in flight is settled. */
export function stopGroup(group: GroupState, { reason, error, messageId }: StopReason, now: Instant): void {
  group.stopped = {
    reason,
    ...(error === undefined ? {} : { error }),
    ...(messageId === undefined ? {} : { messageId }),
    at: now,
  }
  fenceAll(group)
}
