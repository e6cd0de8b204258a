import { stoppedAt, type StopReason } from "@millrace/core/backend"

import type { Connection } from "./database.ts"
import type { GroupRow } from "./group-rows.ts"
import { withoutNul } from "./lane-rows.ts"
import { fenceLanes } from "./sql/fence-lanes.ts"
import { fencePartitions } from "./sql/fence-partitions.ts"
import { updateStopped } from "./sql/update-stopped.ts"

/** Stops a group: its leases end, so that nothing in flight is settled. Under the log's lock. */
export async function stopGroup(
  on: Connection,
  group: Pick<GroupRow, "id">,
  why: StopReason,
  now: number,
): Promise<void> {
  await on.count(updateStopped, group.id, withoutNul(JSON.stringify(stoppedAt(why, now))))
  await fenceAll(on, group)
}

/** Ends all leases of a group. */
export async function fenceAll(on: Connection, { id }: Pick<GroupRow, "id">): Promise<void> {
  await on.count(fencePartitions, id)
  await on.count(fenceLanes, id)
}
