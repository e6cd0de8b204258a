import {
  type ClaimRequest,
  type GroupWant,
  handledBefore,
  LANES_PER_SLICE,
  type LaneSlice,
  leaseAfterClaim,
  type LoadedLane,
  type PartitionSlice,
  type Position,
  type Skipped,
  type SliceMessage,
  takeoversOf,
} from "@millrace/core/backend"

import type { Candidate } from "./claim.ts"
import type { Log } from "./log.ts"
import type { GroupRow, PartitionRow } from "./rows.ts"
import { partitionIn, wantedAbove, wantedOfLane } from "./waiting.ts"

/** The most messages that one claim leaves out. */
const LOOKED_AT = 10_000

interface Scan {
  readonly messages: readonly SliceMessage[]
  readonly scannedTo: Position
}

export function partitionSlice(log: Log, { want, ...of }: Candidate, request: ClaimRequest): PartitionSlice {
  const group = log.editGroup(want.group)
  const at = partitionIn(group, of.at)
  const { partition, checkpoint: from } = at
  const limit = takeoversOf(at.lease) > 0 ? 1 : want.limit
  const scan = scanPartition(log, group, at, { ...want, limit })
  at.lease = leaseAfterClaim(at.lease, { ...request, now: log.now() })
  at.leaseMs = request.leaseMs
  at.token = log.nextToken()
  const { name, order, reemit, epoch } = group
  const { takeovers } = at.lease
  const keyed = order === "key"
  return {
    kind: "slice",
    source: "partition",
    group: name,
    reemit,
    epoch,
    takeovers,
    from,
    ...scan,
    lease: { of: "partition", group: name, partition, token: at.token },
    openLanes: keyed ? [...at.lanes.keys()] : [],
    ...(keyed && at.rows.size > 0 ? { replayRows: [...at.rows].map(([key, replay]) => ({ key, replay })) } : {}),
  }
}

function scanPartition(log: Log, group: GroupRow, at: PartitionRow, want: GroupWant): Scan & { skipped: Skipped[] } {
  const messages: SliceMessage[] = []
  const skipped = new Map<string, Position>()
  const byStream = group.order === "stream"
  let [scannedTo, looked] = [Math.max(log.row.head, at.checkpoint), 0]
  for (const message of wantedAbove(log, group, at, at.checkpoint)) {
    const { position, streamId, type } = message
    if (!want.types.includes(type)) {
      scannedTo = position - 1
      break
    }
    if (group.marks.has(position)) looked += 1
    else if (byStream && at.lanes.has(streamId)) {
      looked += 1
      if (!skipped.has(streamId)) skipped.set(streamId, position)
    } else {
      const attempt = messages.length === 0 ? (at.hold?.failures ?? 0) + 1 : 1
      const replay = (byStream ? at.rows.get(streamId) : undefined) ?? at.replay
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
export function laneSlice(
  log: Log,
  { want, ...of }: Candidate,
  first: LoadedLane,
  { owner, leaseMs }: ClaimRequest,
): LaneSlice {
  const group = log.editGroup(want.group)
  const at = partitionIn(group, of.at)
  const now = log.now()
  const takeovers = takeoversOf(first.lease)
  const scans: (Scan & { readonly key: string; readonly next: Position; readonly token: number })[] = []
  let left = takeovers > 0 ? 1 : want.limit
  const others = takeovers === 0 && group.order === "stream" ? dueBeside(at, first, now) : []
  for (const lane of [first, ...others]) {
    if (left === 0 || scans.length === LANES_PER_SLICE) break
    const [next] = wantedOfLane(log, group, at, lane)
    if (next !== undefined && !want.types.includes(next.type)) continue
    const scan = scanLane(log, group, at, lane, { ...want, limit: left })
    left -= scan.messages.length
    const token = log.nextToken()
    at.lanes.set(lane.key, { ...lane, token, lease: leaseAfterClaim(lane.lease, { owner, now, leaseMs }) })
    scans.push({ ...scan, key: lane.key, next: lane.at.next, token })
  }
  at.leaseMs = leaseMs
  const { name, reemit, epoch } = group
  const lanes = scans.map(({ key, token }) => ({ key, token }))
  return {
    kind: "slice",
    source: "lanes",
    group: name,
    reemit,
    epoch,
    takeovers,
    lease: { of: "lanes", group: name, partition: at.partition, lanes },
    messages: scans.flatMap(({ messages }) => messages).sort((a, b) => a.message.position - b.message.position),
    lanes: scans.map(({ key, next, scannedTo }) => ({ key, next, scannedTo })),
  }
}

/** The other lanes that are free and due: those that have waited longest first. */
function dueBeside({ lanes }: PartitionRow, first: LoadedLane, now: number): readonly LoadedLane[] {
  return [...lanes.values()]
    .filter(
      ({ key, at, lease }) =>
        key !== first.key && at.status === "retrying" && at.retryAt <= now && takeoversOf(lease) === 0,
    )
    .sort((a, b) => a.at.next - b.at.next)
}

function scanLane(log: Log, group: GroupRow, at: PartitionRow, lane: LoadedLane, want: GroupWant): Scan {
  const messages: SliceMessage[] = []
  for (const message of wantedOfLane(log, group, at, lane)) {
    const { position, type } = message
    if (!want.types.includes(type)) return { messages, scannedTo: position - 1 }
    if (group.marks.has(position)) continue
    const attempt = position === lane.at.next ? lane.at.failures + 1 : 1
    messages.push({ message, handledBefore: handledBefore(lane.replay, message), attempt })
    if (messages.length === want.limit) return { messages, scannedTo: position }
  }
  return { messages, scannedTo: lane.single ? lane.at.next : at.checkpoint }
}
