import type { Position } from "@millrace/core/backend"

import type { LockedLog } from "../change-group.ts"
import { type GroupRow, lockPartitions, type PartitionRow } from "../group-rows.ts"
import { type LaneRow, lanesOf, saveLanes } from "../lane-rows.ts"
import { lanesAhead } from "../lanes-ahead.ts"
import { numberList, textList } from "../list.ts"
import type { Log } from "../log.ts"
import { messagesOf } from "../read.ts"
import { int, text } from "../row.ts"
import { savePartitions } from "../save-partitions.ts"
import { selectAhead } from "../sql/select-ahead.ts"
import { selectByPositions } from "../sql/select-by-positions.ts"
import { selectGroupTypes } from "../sql/select-group-types.ts"
import { selectMarks } from "../sql/select-marks.ts"
import { noteSkips } from "./note-skips.ts"

/** More than any slice of the log holds. */
const ALL = 2_000_000_000

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
export async function passOver(log: Log, locked: LockedLog, group: GroupRow, target: Position): Promise<void> {
  const { on } = locked
  const types = new Map((await on.rows(selectGroupTypes, group.id)).map((row) => [text(row[0]), int(row[1])]))
  const marks = new Set((await on.rows(selectMarks, group.id)).map((row) => int(row[0])))
  const partitions = await lockPartitions(on, group)
  const lost: Position[] = []
  for (const at of partitions) {
    const lanes = at.lanes === 0 ? [] : await lanesOf(on, group.id, at.partition)
    const kept = await keepWaiting(log, locked, { group, types, at, lanes, target, marks })
    lost.push(...kept.lost)
    const tokens = at.tokens + kept.lanes.length + 1
    if (at.checkpoint < target) {
      lost.push(...(await wantedUpto(log, locked, { group, types, at, target })))
      const lease = { owner: null, until: 0, takeovers: at.lease.takeovers }
      await savePartitions(on, group.id, [{ ...at, checkpoint: target, hold: null, tokens, token: null, lease }])
    } else if (kept.lanes.length > 0) await savePartitions(on, group.id, [{ ...at, tokens }])
    await saveLanes(on, group.id, kept.lanes)
  }
  const unmarked = lost.filter((position) => !marks.has(position)).toSorted((a, b) => a - b)
  await noteSkips(locked, group, unmarked, { how: "trimmed" })
}

interface Passing {
  readonly group: GroupRow
  readonly types: ReadonlyMap<string, number>
  readonly at: PartitionRow
  readonly target: Position
}

async function keepWaiting(
  log: Log,
  { on }: LockedLog,
  {
    group,
    types,
    at,
    lanes,
    target,
    marks,
  }: Passing & {
    readonly lanes: readonly LaneRow[]
    readonly marks: ReadonlySet<Position>
  },
): Promise<{ readonly lanes: readonly LaneRow[]; readonly lost: readonly Position[] }> {
  const how = { group: { row: group, types }, at, lanes, partitions: log.partitions, limit: ALL }
  const ahead = await lanesAhead(on, how)
  const lost: Position[] = []
  const first = new Map<string, Position>()
  for (const { key } of lanes) {
    const going = (ahead.get(key) ?? [])
      .map(({ position }) => position)
      .filter((position) => position <= target && !marks.has(position))
    if (going[0] === undefined) continue
    first.set(key, going[0])
    // In key order most of what a lane can see is of other keys, which have settled it.
    if (group.order === "stream") lost.push(...going.slice(1))
  }
  const stored = messagesOf(await on.rows(selectByPositions, numberList([...first.values()])))
  const byPosition = new Map(stored.map((message) => [message.position, JSON.stringify(message)]))
  const keeping = lanes
    .filter(({ key }) => first.has(key))
    .map((lane): LaneRow => {
      const kept = lane.kept ?? byPosition.get(first.get(lane.key) ?? 0) ?? null
      return { ...lane, kept, token: null, lease: { owner: null, until: 0, takeovers: lane.lease.takeovers } }
    })
  return { lanes: keeping, lost }
}

async function wantedUpto(
  log: Log,
  { on }: LockedLog,
  { group, types, at, target }: Passing,
): Promise<readonly Position[]> {
  const partitions = group.order === "stream" ? [at.partition] : Array.from({ length: log.partitions }, (_, one) => one)
  const since = numberList([...types.values()])
  const rows = await on.rows(
    selectAhead,
    numberList(partitions),
    textList([...types.keys()]),
    since,
    at.checkpoint + 1,
    target,
    ALL,
  )
  return rows.map((row) => int(row[0]))
}
