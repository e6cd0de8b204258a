import {
  type AddedType,
  type Ensured,
  checkLimit,
  checkName,
  type GroupSpec,
  replayAfterTypeJoins,
  replayFromStart,
  resolveStart,
} from "@millrace/core/backend"

import type { AppendRoom } from "./append.ts"
import { findGroup, type GroupModel, groupNamed, replayValue } from "./group-model.ts"
import { lastBefore } from "./last-before.ts"
import { mapReplays } from "./map-replays.ts"
import { int } from "./row.ts"
import { countTypeUpto } from "./sql/count-type-upto.ts"
import { hearGroup } from "./sql/hear-group.ts"
import { insertGroup } from "./sql/insert-group.ts"
import { insertPartition } from "./sql/insert-partition.ts"
import { putGroupType } from "./sql/put-group-type.ts"
import { updateMaxLanes } from "./sql/update-max-lanes.ts"
import type { Writing } from "./transaction.ts"
import { removeLeftTypes } from "./type-grace.ts"

/** What can be refused before the log is looked at. */
export function checkSpec(spec: GroupSpec): void {
  checkName("group", spec.group)
  checkLimit("maxLanes", spec.maxLanes)
  for (const type of spec.types) checkName("type", type)
}

/** Creates a group, or adds the types that it lacks. */
export function ensureGroup(writing: Writing, spec: GroupSpec, room: AppendRoom): Ensured {
  const group = findGroup(writing.db, room.memo, spec.group)
  if (group === undefined) {
    createGroup(writing, spec, room)
    return { kind: "ensured", created: true, added: [], missing: [] }
  }
  if (group.order !== spec.order) return { kind: "order-differs", stored: group.order }
  const added = addTypes(writing, group, spec, room)
  writing.db.run(hearGroup, group.id, writing.now)
  if (group.maxLanes !== spec.maxLanes) writing.db.run(updateMaxLanes, group.id, spec.maxLanes)
  changed(writing, group, room)
  removeLeftTypes(writing, room.memo, spec.group)
  const { types } = groupNamed(writing.db, room.memo, spec.group)
  const handled = new Set(spec.types)
  return { kind: "ensured", created: false, added, missing: [...types.keys()].filter((type) => !handled.has(type)) }
}

function createGroup(writing: Writing, spec: GroupSpec, room: AppendRoom): void {
  const { db, log, now } = writing
  const start = resolveStart(spec.start, { head: log.head, lastBefore: (date) => lastBefore(db, date, log) })
  const id = int(db.get(insertGroup, spec.group, spec.order, start, spec.maxLanes, now)?.[0])
  for (const type of new Set(spec.types)) db.run(putGroupType, id, room.memo.types.idOf(db, type), 0, now)
  const partitions = spec.order === "stream" ? room.partitions() : 1
  for (let partition = 0; partition < partitions; partition += 1) {
    db.run(insertPartition, id, partition, start, replayValue(replayFromStart(start)))
  }
  log.groupSeq += 1
}

function addTypes(writing: Writing, group: GroupModel, spec: GroupSpec, room: AppendRoom): readonly AddedType[] {
  const { db, log, now } = writing
  const added: AddedType[] = []
  for (const type of new Set(spec.types)) {
    const id = room.memo.types.idOf(db, type)
    const known = group.types.get(type)
    db.run(putGroupType, group.id, id, known?.since ?? log.head, now)
    if (known !== undefined) continue
    added.push({ type, since: log.head, passedOver: passedOver(writing, id, room) })
    mapReplays(db, group, (state) => replayAfterTypeJoins(state, { type, start: group.start, since: log.head }))
  }
  return added
}

/** Messages of a type that are in the log already. */
function passedOver({ db, log }: Writing, type: number, { partitions }: AppendRoom): number {
  let count = 0
  for (let partition = 0; partition < partitions(); partition += 1) {
    count += int(db.get(countTypeUpto, partition, type, 0, log.head)?.[0])
  }
  return count
}

function changed({ log }: Writing, group: GroupModel, { memo }: AppendRoom): void {
  log.groupSeq += 1
  memo.groups.delete(group.name)
}
