import { type Position, type Skipped, fromSortable } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import type { GroupModel, PartitionModel } from "./group-model.ts"
import { int, text } from "./row.ts"
import { selectLaneStreams } from "./sql/select-lane-streams.ts"
import { selectLogSlice } from "./sql/select-log-slice.ts"
import { selectSkipsBetween } from "./sql/select-skips-between.ts"
import { selectSlice, TYPES_PER_SLICE } from "./sql/select-slice.ts"

/** How many messages of streams with an open lane are passed for each message wanted, so that a busy parked stream costs bounded steps. */
const PASSED_PER_WANTED = 4
const PASSED_AT_LEAST = 256

/** How far one scan of the whole log reaches. */
export const LOG_WINDOW = 20_000

/** What a scan found: positions to hand out, and how far everything wanted was seen. */
export interface Scan {
  readonly positions: readonly Position[]
  readonly scannedTo: Position
  readonly skipped: readonly Skipped[]
}

export interface ScanRange {
  /** Nothing wanted lies at or below. */
  readonly above: Position
  readonly upto: Position
  readonly limit: number
}

/** The next wanted messages of one partition, without those of streams that have an open lane. */
export function scanPartition(db: Connection, group: GroupModel, partition: PartitionModel, range: ScanRange): Scan {
  const skips = skippedBetween(db, group, range.above, range.upto)
  const passing = partition.lanes === 0 ? 0 : Math.max(range.limit * PASSED_PER_WANTED, PASSED_AT_LEAST)
  const most = range.limit + passing + skips.size
  const found = wantedPositions(db, group, partition, { ...range, limit: most })
  const end = found.length < most ? range.upto : (found.at(-1) ?? range.upto)
  const aside = partition.lanes === 0 ? new Map<Position, string>() : streamsWithLane(db, group, found)
  return pick(found, { limit: range.limit, end, skips, aside })
}

/** The next wanted messages of the whole log, in bounded steps. */
export function scanLog(db: Connection, group: GroupModel, range: ScanRange): Scan {
  const upto = Math.min(range.upto, range.above + LOG_WINDOW)
  const skips = skippedBetween(db, group, range.above, upto)
  const rows = db.all(selectLogSlice, group.id, range.above, upto, range.limit + skips.size)
  return pick(
    rows.map((row) => int(row[0])),
    { limit: range.limit, end: upto, skips, aside: new Map() },
  )
}

/** Positions that the group is never to be handed. */
export function skippedBetween(
  db: Connection,
  group: GroupModel,
  above: Position,
  upto: Position,
): ReadonlySet<Position> {
  if (group.skipped === 0) return new Set()
  return new Set(db.all(selectSkipsBetween, group.id, above, upto).map((row) => int(row[0])))
}

function wantedPositions(
  db: Connection,
  group: GroupModel,
  partition: PartitionModel,
  range: ScanRange,
): readonly Position[] {
  const types = [...group.types.values()]
  const positions: Position[] = []
  for (let at = 0; at < types.length; at += TYPES_PER_SLICE) {
    const some = types.slice(at, at + TYPES_PER_SLICE)
    const bounds = some.flatMap((type) => [type.id, Math.max(range.above, type.since)])
    const rows = db.all(selectSlice(some.length), partition.partition, range.upto, range.limit, ...bounds)
    for (const row of rows) positions.push(int(row[0]))
  }
  if (types.length <= TYPES_PER_SLICE) return positions
  return positions.sort((a, b) => a - b).slice(0, range.limit)
}

function streamsWithLane(db: Connection, group: GroupModel, positions: readonly Position[]): Map<Position, string> {
  const rows = db.all(selectLaneStreams, group.id, JSON.stringify(positions))
  return new Map(rows.map((row) => [int(row[0]), fromSortable(text(row[1]))]))
}

function pick(
  found: readonly Position[],
  {
    limit,
    end,
    skips,
    aside,
  }: {
    readonly limit: number
    readonly end: Position
    readonly skips: ReadonlySet<Position>
    readonly aside: ReadonlyMap<Position, string>
  },
): Scan {
  const positions: Position[] = []
  const skipped = new Map<string, Position>()
  for (const position of found) {
    if (skips.has(position)) continue
    const key = aside.get(position)
    if (key === undefined) positions.push(position)
    else if (!skipped.has(key)) skipped.set(key, position)
    if (positions.length === limit) return { positions, scannedTo: position, skipped: listed(skipped) }
  }
  return { positions, scannedTo: end, skipped: listed(skipped) }
}

function listed(skipped: ReadonlyMap<string, Position>): readonly Skipped[] {
  return [...skipped].map(([key, position]) => ({ key, position }))
}
