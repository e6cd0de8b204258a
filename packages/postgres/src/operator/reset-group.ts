import {
  checkReset,
  FREE,
  planReset,
  type ReplayRow,
  type ResetLane,
  type GroupReset,
  resolveStart,
  sinceAfterReset,
  type StartPoint,
  fromSortable,
} from "@millrace/core/backend"

import { changeGroup, type LockedLog } from "../change-group.ts"
import type { Transaction } from "../database.ts"
import { type GroupRow, lockPartitions, type PartitionRow, replayOf } from "../group-rows.ts"
import { keptMessage, type LaneRow, lanesOf, removeLanes } from "../lane-rows.ts"
import { lastBefore } from "../last-before.ts"
import { numberList } from "../list.ts"
import type { Log } from "../log.ts"
import { putReplays } from "../replay-rows.ts"
import { int, text } from "../row.ts"
import { savePartitions } from "../save-partitions.ts"
import { clearSkipMarks } from "../sql/clear-skip-marks.ts"
import { deletePartitionReplays } from "../sql/delete-partition-replays.ts"
import { lowerSince } from "../sql/lower-since.ts"
import { selectGroupReplays } from "../sql/select-group-replays.ts"
import { selectGroupTypes } from "../sql/select-group-types.ts"
import { selectTypesAt } from "../sql/select-types-at.ts"
import { updateEpoch } from "../sql/update-epoch.ts"
import { fenceAll } from "../stop-group.ts"
import { noteSkips } from "./note-skips.ts"

/** Moves a group back to a point. One transaction: a reset is there whole or not at all. */
export async function resetGroup(log: Log, name: string, to: StartPoint, options: GroupReset = {}): Promise<void> {
  await changeGroup(log, name, async (locked, group) => {
    const { on, head } = locked
    const types = new Map((await on.rows(selectGroupTypes, group.id)).map((row) => [text(row[0]), int(row[1])]))
    checkReset(options, { name, wants: (type) => types.has(type) })
    const dated = to.at === "date" ? await lastBefore(on, to.date, locked) : 0
    const point = resolveStart(to, { head, lastBefore: () => dated })
    await fenceAll(on, group)
    await resetPartitions(locked, group, point, (type) => types.get(type))
    for (const type of options.types ?? [])
      await on.count(lowerSince, group.id, type, sinceAfterReset(types.get(type) ?? 0, point))
    await on.count(clearSkipMarks, group.id, point)
    await on.count(updateEpoch, group.id, options.reemit === true)
  })
  log.news.work()
}

async function resetPartitions(
  locked: LockedLog,
  group: GroupRow,
  point: number,
  sinceOf: (type: string) => number | undefined,
): Promise<void> {
  const { on } = locked
  const lanes = await lanesOf(on, group.id)
  const types = await typesAt(
    on,
    lanes.filter(({ single }) => single),
  )
  const rows = (await on.rows(selectGroupReplays, group.id, null)).map((row) => ({
    key: fromSortable(text(row[0])),
    replay: replayOf(row[1]),
    partition: int(row[2]),
  }))
  const changed: PartitionRow[] = []
  for (const at of await lockPartitions(on, group)) {
    const own = lanes.filter(({ partition }) => partition === at.partition)
    const plan = planReset(
      {
        checkpoint: at.checkpoint,
        replay: at.replay,
        lanes: own.map((lane) => resetLane(lane, types)),
        rows: rows
          .filter(({ partition }) => partition === at.partition)
          .map(({ key, replay }): ReplayRow => ({ key, replay })),
      },
      point,
      sinceOf,
    )
    if (plan === undefined) continue
    await dissolve(locked, group, own, plan.dissolve)
    if (at.replays) await on.count(deletePartitionReplays, group.id, at.partition)
    await putReplays(
      on,
      group.id,
      plan.rows.map((row) => ({ ...row, partition: at.partition })),
    )
    changed.push({
      ...at,
      checkpoint: plan.checkpoint,
      replay: plan.replay,
      replays: plan.rows.length > 0,
      lanes: at.lanes - plan.dissolve.length,
      hold: null,
      lease: FREE,
    })
  }
  await savePartitions(on, group.id, changed)
}

/** Lanes go. What only they still have can not be handed out again by the partition, and is listed. */
async function dissolve(
  locked: LockedLog,
  group: GroupRow,
  lanes: readonly LaneRow[],
  keys: readonly string[],
): Promise<void> {
  const gone = new Set(keys)
  const kept = lanes.filter(({ key }) => gone.has(key)).flatMap((lane) => keptMessage(lane)?.position ?? [])
  await noteSkips(locked, group, kept, { how: "trimmed" })
  await removeLanes(locked.on, group.id, keys)
}

function resetLane(lane: LaneRow, types: ReadonlyMap<number, string>): ResetLane {
  const { key, single, replay, next } = lane
  const type = keptMessage(lane)?.type ?? types.get(next)
  return { key, single, replay, next, ...(type === undefined ? {} : { type }) }
}

async function typesAt(on: Transaction, lanes: readonly LaneRow[]): Promise<ReadonlyMap<number, string>> {
  const rows = await on.rows(selectTypesAt, numberList(lanes.map(({ next }) => next)))
  return new Map(rows.map((row) => [int(row[0]), text(row[1])]))
}
