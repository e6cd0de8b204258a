import {
  type ClaimRequest,
  LANES_PER_SLICE,
  leaseAfterClaim,
  type Position,
  takeoversOf,
  toSortable,
} from "@millrace/core/backend"

import { findPartition, type GroupModel } from "./group-model.ts"
import { laneOfRow, type LaneRow, saveLane } from "./lane-row.ts"
import { int } from "./row.ts"
import { LOG_WINDOW, skippedBetween } from "./slice-scan.ts"
import { selectLaneSlice } from "./sql/select-lane-slice.ts"
import { selectLogSlice } from "./sql/select-log-slice.ts"
import { selectPartitionDueLanes } from "./sql/select-partition-due-lanes.ts"
import { storedJson } from "./stored-json.ts"
import type { Writing } from "./transaction.ts"

/** One leased lane: where it begins, how far it was read, and what was found. */
export interface LaneTaken {
  readonly lane: LaneRow
  readonly positions: readonly Position[]
  readonly scannedTo: Position
}

/** Lanes of one partition that were leased: everything of their slice but the messages themselves. */
export interface LanesTaken {
  readonly kind: "lanes"
  readonly group: GroupModel
  readonly partition: number
  readonly takeovers: number
  readonly lanes: readonly LaneTaken[]
}

export interface TakeLanes {
  readonly group: GroupModel
  readonly partition: number
  readonly request: ClaimRequest
  readonly limit: number
  readonly handled: ReadonlySet<string>
  /** Takes in the types that keep a lane from this process. */
  readonly lacking: Set<string>
}

/** Leases due lanes of a partition, as many as the limit has messages for; one alone where workers may have died of its message. */
export function takeLanes(writing: Writing, asked: TakeLanes): LanesTaken | undefined {
  const { db, now } = writing
  const { group, partition, request } = asked
  const due = (most: number, passed: number): readonly LaneRow[] =>
    db.all(selectPartitionDueLanes, group.id, partition, now, most, request.owner.processName, passed).map(laneOfRow)
  const first = due(LANES_PER_SLICE, 0)
  const taken = takeAmong(writing, asked, first)
  if (taken !== undefined || first.length < LANES_PER_SLICE) return taken
  // All of these wait for types this process lacks: they must not hide those behind them.
  return takeAmong(writing, asked, due(-1, LANES_PER_SLICE))
}

function takeAmong(writing: Writing, asked: TakeLanes, due: readonly LaneRow[]): LanesTaken | undefined {
  const { db, log, now } = writing
  const { group, partition, request } = asked
  const checkpoint = findPartition(group, partition)?.checkpoint ?? 0
  const taken: LaneTaken[] = []
  let takeovers = 0
  let left = asked.limit
  for (const lane of due) {
    const counted = takeoversOf(lane.lease)
    if (taken.length > 0 && (left <= 0 || group.order !== "stream" || taken.length === LANES_PER_SLICE)) break
    if (taken.length > 0 && counted > 0) continue
    // Outside stream order a lane reads the whole log from its message on: one look at that message first.
    if (group.order !== "stream" && readLane(writing, asked, lane, { checkpoint, limit: 1 }) === undefined) continue
    const found = readLane(writing, asked, lane, { checkpoint, limit: counted > 0 ? 1 : left })
    if (found === undefined) continue
    log.token += 1
    const lease = leaseAfterClaim(lane.lease, { owner: request.owner, now, leaseMs: request.leaseMs })
    const leased: LaneRow = { ...lane, token: log.token, lease }
    saveLane(db, group, leased)
    taken.push({ ...found, lane: leased })
    takeovers = counted
    left -= found.positions.length
    if (counted > 0) break
  }
  if (taken.length === 0) return undefined
  log.workSeq += 1
  return { kind: "lanes", group, partition, takeovers, lanes: taken }
}

/** What a lane has up to its partition's checkpoint; `undefined` when its next message is of a type this process lacks. */
function readLane(
  { db }: Writing,
  { group, handled, lacking }: TakeLanes,
  lane: LaneRow,
  { checkpoint, limit }: { readonly checkpoint: Position; readonly limit: number },
): LaneTaken | undefined {
  const above = lane.next - 1
  const window = group.order === "stream" ? checkpoint : Math.min(checkpoint, above + LOG_WINDOW)
  const upto = lane.single ? lane.next : window
  const skips = skippedBetween(db, group, above, upto)
  const most = limit + skips.size
  const rows =
    group.order === "stream"
      ? db.all(selectLaneSlice, group.id, toSortable(lane.key), lane.next, upto, most)
      : db.all(selectLogSlice, group.id, above, upto, most)
  const names = new Map([...group.types.values()].map((type) => [type.id, type.name]))
  const stored = rows.map((row): Place => ({ position: int(row[0]), type: names.get(int(row[1])) ?? "" }))
  const found = lane.kept === null ? stored : [storedJson<Place>(lane.kept), ...stored]
  const stop = found.find(({ type }) => !handled.has(type))
  if (stop !== undefined) lacking.add(stop.type)
  if (stop !== undefined && stop === found[0]) return undefined
  const wanted = found.map(({ position }) => position).filter((position) => !skips.has(position))
  const end = stop === undefined ? upto : stop.position - 1
  const positions = wanted.filter((position) => position <= end).slice(0, limit)
  return { lane, positions, scannedTo: positions.length === limit ? (positions.at(-1) ?? end) : end }
}

/** Where a message is, and its type. */
interface Place {
  readonly position: Position
  readonly type: string
}
