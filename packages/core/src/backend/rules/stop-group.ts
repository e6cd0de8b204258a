import type { Instant } from "../../message/ids.ts"
import type { StopReason } from "../settle.ts"
import { fenceAll } from "./fence.ts"
import type { LoadedGroup } from "./loaded-group.ts"

/** Stops a group: its leases end, so that nothing in flight is settled. */
export function stopGroup(group: LoadedGroup, why: StopReason, now: Instant): void {
  group.stopped = stoppedAt(why, now)
  fenceAll(group.partitions)
}

/** What is kept of why a group was stopped. */
export function stoppedAt(
  { reason, error, messageId }: StopReason,
  at: Instant,
): StopReason & { readonly at: Instant } {
  return {
    reason,
    ...(error === undefined ? {} : { error }),
    ...(messageId === undefined ? {} : { messageId }),
    at,
  }
}
