import { type Instant, replayAfterTypeLeaves, TYPE_GRACE_MS, typesThatLeave } from "@millrace/core/backend"

import { findGroup, type GroupModel } from "./group-model.ts"
import { keepLanesApart, mapReplays } from "./map-replays.ts"
import type { Memo } from "./memo.ts"
import { int, text } from "./row.ts"
import { deleteGroupType } from "./sql/delete-group-type.ts"
import { hearGroup } from "./sql/hear-group.ts"
import { hearType } from "./sql/hear-type.ts"
import { selectWants } from "./sql/select-wants.ts"
import { storedJson } from "./stored-json.ts"
import type { Writing } from "./transaction.ts"

/** What a process wants, group by group. */
export type Wants = readonly { readonly group: string; readonly types: readonly string[] }[]

/** Removes from a group the types that nobody has wanted for a while. Answers when the next one could leave. */
export function removeLeftTypes(writing: Writing, memo: Memo, name: string): Instant {
  const { db, now } = writing
  const group = findGroup(db, memo, name)
  if (group === undefined) return Number.POSITIVE_INFINITY
  const { wanted, groupHeardAt } = heard(writing, group)
  for (const type of typesThatLeave(wanted, { groupHeardAt, now })) remove(writing, memo, group, type)
  return Math.min(...wanted.map((one) => one.wantedAt)) + TYPE_GRACE_MS
}

/** Keeps with a group what processes' own rows know: when its types were last wanted. These name the group by the name that it has now. */
export function keepHeard(writing: Writing, group: GroupModel): void {
  const { wanted, groupHeardAt } = heard(writing, group)
  writing.db.run(hearGroup, group.id, groupHeardAt)
  for (const { type, wantedAt } of wanted) {
    const known = group.types.get(type)
    if (known !== undefined) writing.db.run(hearType, group.id, known.id, wantedAt)
  }
}

/** When each type was last wanted, and when anybody of the group was last heard. */
function heard(
  { db, now }: Writing,
  group: GroupModel,
): {
  readonly wanted: readonly { readonly type: string; readonly wantedAt: Instant }[]
  readonly groupHeardAt: Instant
} {
  const heard = new Map<string, Instant>()
  let groupHeardAt = group.heardAt
  for (const row of db.all(selectWants, now - TYPE_GRACE_MS - 1)) {
    const wants = storedJson<Wants>(text(row[1]))
    for (const want of wants) {
      if (want.group !== group.name) continue
      groupHeardAt = Math.max(groupHeardAt, int(row[0]))
      for (const type of want.types) heard.set(type, Math.max(heard.get(type) ?? 0, int(row[0])))
    }
  }
  const wanted = [...group.types.values()].map(({ name, heardAt }) => ({
    type: name,
    wantedAt: Math.max(heardAt, heard.get(name) ?? 0),
  }))
  return { wanted, groupHeardAt }
}

function remove({ db, log }: Writing, memo: Memo, group: GroupModel, name: string): void {
  const type = group.types.get(name)
  if (type === undefined) return
  db.run(deleteGroupType, group.id, type.id)
  keepLanesApart(db, group)
  mapReplays(db, group, (state, gotTo) => replayAfterTypeLeaves(state, { type: name, since: type.since, gotTo }))
  log.groupSeq += 1
  memo.groups.delete(group.name)
}
