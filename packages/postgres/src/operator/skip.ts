import { BackendError, fromSortable, noMessageAt, partitionOf, settledAlready } from "@millrace/core/backend"

import { changeGroup, type LockedLog } from "../change-group.ts"
import { type GroupRow, type PartitionRow, partitionOfRow } from "../group-rows.ts"
import { type LaneRow, lanesOf, saveLanes } from "../lane-rows.ts"
import { numberList, textList } from "../list.ts"
import type { Log } from "../log.ts"
import { int, text } from "../row.ts"
import { savePartitions } from "../save-partitions.ts"
import { lockPartition } from "../sql/lock-partition.ts"
import { selectGroupTypes } from "../sql/select-group-types.ts"
import { selectMarks } from "../sql/select-marks.ts"
import { selectTypesAt } from "../sql/select-types-at.ts"
import { selectWanted } from "../sql/select-wanted.ts"
import { noteSkips } from "./note-skips.ts"
import { passLane } from "./pass-lane.ts"

/** Takes one message out of what a group is handed. */
export async function skip(log: Log, name: string, position: number): Promise<void> {
  await changeGroup(log, name, async (locked, group) => {
    const { on } = locked
    const [message] = await on.rows(selectTypesAt, numberList([position]))
    if (message === undefined) throw noMessageAt(position)
    const marks = (await on.rows(selectMarks, group.id)).map((row) => int(row[0]))
    if (marks.includes(position)) return
    const streamId = fromSortable(text(message[2]))
    const partition = group.order === "stream" ? partitionOf(streamId, log.partitions) : 0
    const [row] = await on.rows(lockPartition, group.id, partition)
    if (row === undefined) throw new BackendError("corrupt", `group "${name}" has no partition ${partition}`)
    const at = partitionOfRow(row)
    const lane = laneAt(
      await lanesOf(on, group.id, partition),
      at,
      group.order === "stream" ? streamId : undefined,
      position,
    )
    if (position <= at.checkpoint && lane === undefined) throw settledAlready(name, position)
    await noteSkips(locked, group, [position], { how: "skipped", mark: true })
    if (lane?.next === position) await passLane(locked, group, { at, lane, position })
    else await fence(log, locked, group, { at, lane, position })
  })
  log.news.work()
}

async function fence(
  log: Log,
  { on }: LockedLog,
  group: GroupRow,
  { at, lane, position }: { readonly at: PartitionRow; readonly lane: LaneRow | undefined; readonly position: number },
): Promise<void> {
  const tokens = at.tokens + 1
  const free = (takeovers: number) => ({ owner: null, until: 0, takeovers })
  if (lane !== undefined) {
    await savePartitions(on, group.id, [{ ...at, tokens }])
    await saveLanes(on, group.id, [{ ...lane, token: null, lease: free(lane.lease.takeovers) }])
    return
  }
  // What holds a group in log order is its first waiting message.
  const hold = at.hold !== null && (await firstWaiting(log, { on }, group, at)) === position ? null : at.hold
  await savePartitions(on, group.id, [{ ...at, tokens, token: null, lease: free(at.lease.takeovers), hold }])
}

async function firstWaiting(
  log: Log,
  { on }: Pick<LockedLog, "on">,
  group: GroupRow,
  at: PartitionRow,
): Promise<number | undefined> {
  const types = await on.rows(selectGroupTypes, group.id)
  const [row] = await on.rows(
    selectWanted,
    numberList(Array.from({ length: log.partitions }, (_, one) => one)),
    textList(types.map((type) => text(type[0]))),
    numberList(types.map((type) => Math.max(int(type[1]), at.checkpoint))),
    1,
  )
  return row === undefined || row[1] === null ? undefined : int(row[1])
}

/** The lane that a message would be handed out by. In key order only a lane that waits at the very position is known to be its. */
function laneAt(
  lanes: readonly LaneRow[],
  at: PartitionRow,
  streamId: string | undefined,
  position: number,
): LaneRow | undefined {
  if (position > at.checkpoint) return undefined
  if (streamId === undefined) return lanes.find(({ next }) => next === position)
  return lanes.find(({ key, next }) => key === streamId && next <= position)
}
