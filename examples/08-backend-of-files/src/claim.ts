import {
  checkLimit,
  checkSpan,
  type ClaimRequest,
  type GroupWant,
  handledBefore,
  type Idle,
  isClaimable,
  LANES_PER_SLICE,
  type LaneSlice,
  type Lease,
  leaseAfterClaim,
  type PartitionSlice,
  type Position,
  type Slice,
  type SliceMessage,
  type Skipped,
  takeoversOf,
} from "@millrace/core/backend"

import type { Log } from "./log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "./rows.ts"
import { groupOf, partitionsOf, replayOf, wantedAbove, wantedOfLane } from "./waiting.ts"

/** The most messages that one claim leaves out. */
const LOOKED_AT = 10_000

/** Something that may be leased now: a lane, or a partition. */
interface Candidate {
  readonly group: GroupRow
  readonly want: GroupWant
  readonly at: PartitionRow
  readonly lane: LaneRow | undefined
  readonly oldest: Position
  /** Whether a process of this name holds an expired lease of it. */
  readonly own: boolean
}

interface Look {
  readonly candidates: Candidate[]
  readonly lacking: Set<string>
  nextAt: number
}

export function claim(log: Log, request: ClaimRequest): Slice | Idle {
  checkSpan("leaseMs", request.leaseMs)
  const candidates: Candidate[] = []
  const outdated: Idle["outdated"][number][] = []
  let nextAt = log.due()[0]?.at ?? Infinity
  for (const want of request.groups) {
    checkLimit("limit", want.limit)
    const group = groupOf(log, want.group)
    if (group.stopped !== undefined) continue
    const look: Look = { candidates, lacking: new Set(), nextAt }
    for (const at of partitionsOf(log, group)) {
      const retrying = at.lanes.filter(({ status }) => status === "retrying")
      for (const lane of [undefined, ...retrying]) lookAt(log, request, { group, want, at, lane }, look)
    }
    nextAt = look.nextAt
    for (const type of look.lacking) outdated.push({ group: group.group, type })
  }
  const [best] = candidates.sort((a, b) => Number(b.own) - Number(a.own) || a.oldest - b.oldest)
  if (best === undefined) return { kind: "idle", now: log.now(), nextAt: nextAt === Infinity ? null : nextAt, outdated }
  return best.lane === undefined ? partitionSlice(log, best, request) : laneSlice(log, best, best.lane, request)
}

/** Sees whether a lane, or a partition, may be leased now, waits for a type that this process lacks, or falls due by time alone. */
function lookAt(
  log: Log,
  request: ClaimRequest,
  of: Pick<Candidate, "group" | "want" | "at" | "lane">,
  look: Look,
): void {
  const { group, want, at, lane } = of
  const [first] = lane === undefined ? wantedAbove(log, group, at, at.checkpoint) : wantedOfLane(log, group, at, lane)
  const oldest = lane?.next ?? first?.position
  if (oldest === undefined) return
  if (first !== undefined && !want.types.includes(first.type)) {
    look.lacking.add(first.type)
    return
  }
  const { lease } = lane ?? at
  const freeAt = isClaimable(lease, log.now()) ? 0 : lease.until
  const dueAt = Math.max(freeAt, lane?.retryAt ?? at.hold?.retryAt ?? 0)
  if (dueAt > log.now()) look.nextAt = Math.min(look.nextAt, dueAt)
  else look.candidates.push({ ...of, oldest, own: lease.owner?.processName === request.owner.processName })
}

function partitionSlice(log: Log, { group, want, at: { id } }: Candidate, request: ClaimRequest): PartitionSlice {
  const at = log.edit("partitions", id)
  const limit = takeoversOf(at.lease) > 0 ? 1 : want.limit
  const { messages, skipped, scannedTo } = scanPartition(log, group, at, { ...want, limit })
  const token = lease(log, at, request)
  at.leaseMs = request.leaseMs
  return {
    kind: "slice",
    source: "partition",
    ...{ group: group.group, reemit: group.reemit, epoch: group.epoch },
    lease: { of: "partition", group: group.group, partition: at.partition, token },
    ...{ messages, skipped, takeovers: at.lease.takeovers, from: at.checkpoint, scannedTo },
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
function laneSlice(log: Log, of: Candidate, { key: first }: LaneRow, request: ClaimRequest): LaneSlice {
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
    ...{ group: group.group, reemit: group.reemit, epoch: group.epoch, takeovers },
    lease: { of: "lanes", group: group.group, partition: at.partition, lanes } satisfies Lease,
    messages: messages.sort((a, b) => a.message.position - b.message.position),
    lanes: [...scans].map(([{ key, next }, { scannedTo }]) => ({ key, next, scannedTo })),
  }
}

/** A lane, and the due ones that may go with it: those that have waited longest first. */
function together(log: Log, at: PartitionRow, first: string, others: boolean): readonly LaneRow[] {
  const now = log.now()
  const due = at.lanes.filter(
    ({ status, retryAt, lease: held }) =>
      status === "retrying" && retryAt <= now && isClaimable(held, now) && takeoversOf(held) === 0,
  )
  const lane = at.lanes.filter(({ key }) => key === first)
  return others ? [...lane, ...due.filter(({ key }) => key !== first).sort((a, b) => a.next - b.next)] : lane
}

interface Scan {
  readonly messages: readonly SliceMessage[]
  readonly scannedTo: Position
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

/** Leases a partition or a lane. Answers the token. */
function lease(log: Log, held: PartitionRow | LaneRow, { owner, leaseMs }: ClaimRequest): number {
  held.lease = leaseAfterClaim(held.lease, { owner, now: log.now(), leaseMs })
  held.token = nextToken(log)
  return held.token
}

export function nextToken(log: Log): number {
  const row = log.edit("log", "log")
  row.tokens += 1
  return row.tokens
}

export function extend(log: Log, of: Lease, leaseMs: number): boolean {
  checkSpan("leaseMs", leaseMs)
  const group = log.tables.groups.get(of.group)
  const id = group === undefined ? undefined : partitionsOf(log, group)[of.partition]?.id
  if (id === undefined) return false
  const at = log.edit("partitions", id)
  const tokens = of.of === "partition" ? [of] : of.lanes
  const held = of.of === "partition" ? [at] : of.lanes.flatMap(({ key }) => at.lanes.filter((lane) => lane.key === key))
  const until = log.now() + leaseMs
  if (held.length < tokens.length) return false
  if (held.some((one, n) => one.token !== tokens[n]?.token || one.lease.owner === null)) return false
  for (const one of held) one.lease = { ...one.lease, until: Math.max(one.lease.until, until) }
  return true
}
