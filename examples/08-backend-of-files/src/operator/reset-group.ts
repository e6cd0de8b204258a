import {
  checkReset,
  FREE,
  type GroupReset,
  planReset,
  type Position,
  sinceAfterReset,
  type StartPoint,
} from "@millrace/core/backend"

import { startOf } from "../groups.ts"
import { fenceAll } from "../leases.ts"
import type { Log } from "../log.ts"
import type { GroupRow, PartitionRow } from "../rows.ts"
import { editPartitions, groupOf } from "../waiting.ts"
import { noteSkips } from "./skip.ts"

export function resetGroup(
  log: Log,
  name: string,
  to: StartPoint,
  { types = [], reemit = false }: GroupReset = {},
): void {
  const wanted = new Set(groupOf(log, name).types.map(({ type }) => type))
  checkReset({ types }, { name, wants: (type) => wanted.has(type) })
  const point = startOf(log, to)
  const group = log.edit("groups", name)
  fenceAll(log, group)
  for (const at of editPartitions(log, group)) resetPartition(log, group, at, point)
  for (const one of group.types) if (types.includes(one.type)) one.since = sinceAfterReset(one.since, point)
  group.marks = group.marks.filter((mark) => mark <= point)
  group.reemit = reemit
  group.epoch += reemit ? 1 : 0
  log.tell({ kind: "work" })
}

function resetPartition(log: Log, group: GroupRow, at: PartitionRow, point: Position): void {
  const lanes = at.lanes.map((lane) => {
    const type = (lane.kept ?? log.tables.messages.get(lane.next))?.type
    return { ...lane, ...(type === undefined ? {} : { type }) }
  })
  const plan = planReset({ ...at, lanes }, point, (type) => group.types.find((one) => one.type === type)?.since)
  if (plan === undefined) return
  // What a forced trim had left to a lane alone is in the log no more: the partition can not hand it out again.
  const lost = at.lanes.filter(({ key }) => plan.dissolve.includes(key)).flatMap(({ kept }) => kept?.position ?? [])
  if (lost.length > 0) noteSkips(log, group, lost, "trimmed")
  at.lanes = at.lanes.filter(({ key }) => !plan.dissolve.includes(key))
  Object.assign(at, { checkpoint: plan.checkpoint, replay: plan.replay, rows: plan.rows, lease: FREE })
  delete at.hold
}
