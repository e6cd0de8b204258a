import { checkName, groupNameTaken } from "@millrace/core/backend"

import { findGroup, groupNamed, savePartition } from "../group-model.ts"
import type { Memo } from "../memo.ts"
import { deleteGroupRows } from "../sql/delete-group-rows.ts"
import { renameGroup as renameGroupSql } from "../sql/rename-group.ts"
import { setLanesDue } from "../sql/set-lanes-due.ts"
import { updateGroupStatus } from "../sql/update-group-status.ts"
import { fence } from "../stop-group.ts"
import type { Writing } from "../transaction.ts"
import { keepHeard } from "../type-grace.ts"

/** Makes a stopped group active again; what retries is due at once. */
export function startGroup(writing: Writing, memo: Memo, name: string): void {
  const { db, now, log, news } = writing
  const group = groupNamed(db, memo, name)
  if (group.status === "active") return
  db.run(updateGroupStatus, group.id, "active", null)
  db.run(setLanesDue, group.id, now)
  for (const partition of group.partitions) {
    if (partition.hold === null) continue
    partition.hold = { ...partition.hold, retryAt: Math.min(partition.hold.retryAt, now) }
    savePartition(db, group, partition)
  }
  log.groupSeq += 1
  log.workSeq += 1
  news.work = true
  memo.groups.delete(name)
}

export function renameGroup(writing: Writing, memo: Memo, from: string, to: string): void {
  checkName("group", to)
  const group = groupNamed(writing.db, memo, from)
  if (findGroup(writing.db, memo, to) !== undefined) throw groupNameTaken(to)
  keepHeard(writing, group)
  writing.db.run(renameGroupSql, group.id, to)
  fence(writing, memo, group)
  writing.news.work = true
}

/** Forgets a group with everything that belongs to it. */
export function deleteGroup({ db, log }: Writing, memo: Memo, name: string): void {
  const group = groupNamed(db, memo, name)
  for (const sql of deleteGroupRows) db.run(sql, group.id)
  log.groupSeq += 1
  log.workSeq += 1
  memo.groups.delete(name)
}
