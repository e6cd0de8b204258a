import { stoppedAt, type StopReason } from "@millrace/core/backend"

import type { GroupModel } from "./group-model.ts"
import type { Memo } from "./memo.ts"
import { fenceLanes } from "./sql/fence-lanes.ts"
import { fencePartitions } from "./sql/fence-partitions.ts"
import { updateGroupStatus } from "./sql/update-group-status.ts"
import type { Writing } from "./transaction.ts"

/** Stops a group and fences whoever works for it. */
export function stopGroup(writing: Writing, memo: Memo, group: GroupModel, why: StopReason): void {
  writing.db.run(updateGroupStatus, group.id, "stopped", JSON.stringify(stoppedAt(why, writing.now)))
  fence(writing, memo, group)
}

/** Ends all leases of a group: what was claimed before can not be settled. */
export function fence({ db, log }: Writing, memo: Memo, group: GroupModel): void {
  db.run(fencePartitions, group.id)
  db.run(fenceLanes, group.id)
  log.groupSeq += 1
  log.workSeq += 1
  memo.groups.delete(group.name)
}
