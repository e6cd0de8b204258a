import type { StopReason } from "../backend/settle.ts"
import { fenceAll } from "./find-group.ts"
import type { GroupState } from "./group-state.ts"
import type { LogState } from "./log-state.ts"

/** Stops a group: its leases end, so that nothing in flight is settled. */
export function stopGroup(log: LogState, group: GroupState, { reason, error, messageId }: StopReason): void {
  group.stopped = {
    reason,
    ...(error === undefined ? {} : { error }),
    ...(messageId === undefined ? {} : { messageId }),
    at: log.clock.now(),
  }
  fenceAll(group)
}
