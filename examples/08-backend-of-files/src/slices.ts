import {
  type ClaimRequest,
  type GroupWant,
  handledBefore,
  LANES_PER_SLICE,
  type LaneSlice,
  type Lease,
  type PartitionSlice,
  type Position,
  type Skipped,
  type SliceMessage,
  takeoversOf,
} from "@millrace/core/backend"

import type { Candidate } from "./claim.ts"
import { lease } from "./leases.ts"
import type { Log } from "./log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "./rows.ts"
import { replayOf, wantedAbove, wantedOfLane } from "./waiting.ts"

/** The most messages that one claim leaves out. */
const LOOKED_AT = 10_000

interface Scan {
  readonly messages: readonly SliceMessage[]
  readonly scannedTo: Position
}

export function partitionSlice(
  log: Log,
  { group, want, at: { id } }: Candidate,
  request: ClaimRequest,
): PartitionSlice {
  const at = log.edit("partitions", id)
  const limit = takeoversOf(at.lease) > 0 ? 1 : want.limit
  const { messages, skipped, scannedTo } = scanPartition(log, group, at, { ...want, limit })
  const token = lease(log, at, request)
  at.leaseMs = request.leaseMs
  return {
    kind: "slice",
    source: "partition",
    group: group.group,
    reemit: group.reemit,
    epoch: group.epoch,
    lease: { of: "partition", group: group.group, partition: at.partition, token },
    messages,
    skipped,
    takeovers: at.lease.takeovers,
    from: at.checkpoint,
    scannedTo,
    openLanes: group.order === "key" ? at.lanes.map(({ key }) => key) : [],
    ...(group.order === "key" && at.rows.length > 0 ? { replayRows: at.rows } : {}),
  }
}

function scanPartition(log: Log, group: GroupRow, at: PartitionRow, want: GroupWant): Scan & { skipped: Skipped[] } {
  const messages: SliceMessage[] = []
  const skipped = new Map<string, Position>()
  const open = new Set(group.order === "stream" ? at.lanes.map(({ key }) => key) : [])
  let [scannedTo, looked] = [Math.max(log.row.head, at.checkpoint), 0]
  for (const message of wantedAbove(log, group, at, at.checkpoint)) {
    const { position, streamId, type } = message
    if (!want.types.includes(type)) {
      scannedTo = position - 1
      break
    }
    if (group.marks.includes(position)) looked += 1
    else if (open.has(streamId)) {
      looked += 1
      if (!skipped.has(streamId)) skipped.set(streamId, position)
    } else {
      const attempt = messages.length === 0 ? (at.hold?.failures ?? 0) + 1 : 1
      const replay = group.order === "stream" ? replayOf(at, streamId) : at.replay
      messages.push({ message, handledBefore: handledBefore(replay, message), attempt })
    }
    if (messages.length === want.limit || looked === LOOKED_AT) {
      scannedTo = position
      break
    }
  }
  return { messages, scannedTo, skipped: [...skipped].map(([key, position]) => ({ key, position })) }
}

/** Leases the neediest lane and, where streams are concerned, others beside it. One that was taken over goes alone, with one message. */
export function laneSlice(log: Log, of: Candidate, { key: first }: LaneRow, request: ClaimRequest): LaneSlice {
  const { group, want } = of
  const at = log.edit("partitions", of.at.id)
  const scans = new Map<LaneRow, Scan>()
  const takeovers = Math.max(...at.lanes.filter(({ key }) => key === first).map((lane) => takeoversOf(lane.lease)))
  let left = takeovers > 0 ? 1 : want.limit
  for (const lane of together(log, at, first, takeovers === 0 && group.order === "stream")) {
    if (left === 0 || scans.size === LANES_PER_SLICE) break
    const [next] = wantedOfLane(log, group, at, lane)
    if (next !== undefined && !want.types.includes(next.type)) continue
    const scan = scanLane(log, group, at, lane, { ...want, limit: left })
    scans.set(lane, scan)
    left -= scan.messages.length
  }
  const lanes = [...scans].map(([lane]) => ({ key: lane.key, token: lease(log, lane, request) }))
  at.leaseMs = request.leaseMs
  const messages = [...scans.values()].flatMap((scan) => scan.messages)
  return {
    kind: "slice",
    source: "lanes",
    group: group.group,
    reemit: group.reemit,
    epoch: group.epoch,
    takeovers,
    lease: { of: "lanes", group: group.group, partition: at.partition, lanes } satisfies Lease,
    messages: messages.sort((a, b) => a.message.position - b.message.position),
    lanes: [...scans].map(([{ key, next }, { scannedTo }]) => ({ key, next, scannedTo })),
  }
}

/** A lane, and the due ones that may go with it: those that have waited longest first. */
function together(log: Log, at: PartitionRow, first: string, others: boolean): readonly LaneRow[] {
  const now = log.now()
  const due = at.lanes.filter(
    ({ status, retryAt, lease: held }) => status === "retrying" && retryAt <= now && takeoversOf(held) === 0,
  )
  const lane = at.lanes.filter(({ key }) => key === first)
  return others ? [...lane, ...due.filter(({ key }) => key !== first).sort((a, b) => a.next - b.next)] : lane
}

function scanLane(log: Log, group: GroupRow, at: PartitionRow, lane: LaneRow, want: GroupWant): Scan {
  const messages: SliceMessage[] = []
  for (const message of wantedOfLane(log, group, at, lane)) {
    const { position, type } = message
    if (!want.types.includes(type)) return { messages, scannedTo: position - 1 }
    if (group.marks.includes(position)) continue
    const attempt = position === lane.next ? lane.failures + 1 : 1
    messages.push({ message, handledBefore: handledBefore(lane.replay, message), attempt })
    if (messages.length === want.limit) return { messages, scannedTo: position }
  }
  return { messages, scannedTo: lane.single ? lane.next : at.checkpoint }
}
