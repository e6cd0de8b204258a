import {
  type ClaimRequest,
  handledBefore,
  type Instant,
  type LaneScan,
  type LaneSlice,
  type LaneToken,
  LANES_PER_SLICE,
  leaseAfterClaim,
  type Position,
  type SliceMessage,
  takeoversOf,
} from "@millrace/core/backend"

import { type Candidate, handlesAll } from "./candidate.ts"
import type { Work } from "./change.ts"
import type { Lane } from "./group-state.ts"
import type { Log } from "./log.ts"
import { noteMissing } from "./note-missing.ts"
import { wantedOfLane } from "./waiting.ts"

type Lanes = Extract<Candidate, { readonly kind: "lanes" }>

interface Scanned {
  readonly lane: Lane
  readonly messages: readonly SliceMessage[]
  readonly scannedTo: Position
}

/** Leases the neediest due lane and, where streams are concerned, others of its partition beside it. A lane that was taken over goes alone, with one message. */
export async function laneSlice(log: Log, work: Work, candidate: Lanes, request: ClaimRequest): Promise<LaneSlice> {
  const { group, at, first } = candidate
  const { now } = work
  const takeovers = takeoversOf(first.lease)
  const scans = takeovers > 0 ? [await scan(log, work, candidate, first, 1)] : await scanTogether(log, work, candidate)
  const tokens: LaneToken[] = []
  for (const { lane } of scans) {
    lane.lease = leaseAfterClaim(lane.lease, { owner: request.owner, now, leaseMs: request.leaseMs })
    lane.token = work.nextToken()
    tokens.push({ key: lane.key, token: lane.token })
  }
  at.leaseMs = request.leaseMs
  work.evenWhenFull = takeovers === 0
  return {
    kind: "slice",
    source: "lanes",
    group: group.name,
    lease: { of: "lanes", group: group.name, partition: at.partition, lanes: tokens },
    messages: scans.flatMap(({ messages }) => messages).sort((a, b) => a.message.position - b.message.position),
    takeovers,
    reemit: group.reemit,
    epoch: group.epoch,
    lanes: scans.map(({ lane, scannedTo }): LaneScan => ({ key: lane.key, next: lane.at.next, scannedTo })),
  }
}

async function scanTogether(log: Log, work: Work, candidate: Lanes): Promise<readonly Scanned[]> {
  const { group, at, want, first } = candidate
  if (group.order !== "stream") return [await scan(log, work, candidate, first, want.limit)]
  const others = [...at.lanes.values()]
    .filter((lane) => lane !== first && isDueAndFree(lane, work.now))
    .sort((a, b) => a.at.next - b.at.next || (a.key < b.key ? -1 : 1))
  const scans: Scanned[] = []
  let left = want.limit
  for (const lane of [first, ...others]) {
    if (left === 0 || scans.length === LANES_PER_SLICE) break
    if (await isBeyond(log, candidate, lane)) continue
    const scanned = await scan(log, work, candidate, lane, left)
    scans.push(scanned)
    left -= scanned.messages.length
  }
  return scans
}

/** Whether the next message of a lane is of a type that this process lacks. */
async function isBeyond(log: Log, { group, at, want }: Candidate, lane: Lane): Promise<boolean> {
  if (handlesAll(group, lane, want)) return false
  for await (const { type } of wantedOfLane(log, group, at, lane)) return !want.types.includes(type)
  return false
}

/** Whether a lane may go beside another one: only where nobody has held it since its last progress. */
function isDueAndFree({ at, lease }: Lane, now: Instant): boolean {
  return at.status === "retrying" && at.retryAt <= now && takeoversOf(lease) === 0
}

/** Reads a lane: messages at or below its partition's checkpoint only, so that it and a slice in flight never hold the same one. */
async function scan(log: Log, work: Work, { group, at, want }: Candidate, lane: Lane, limit: number): Promise<Scanned> {
  const messages: SliceMessage[] = []
  let scannedTo = lane.single ? lane.at.next : at.checkpoint
  const missing = (position: Position): void => noteMissing(work, group, position)
  for await (const message of wantedOfLane(log, group, at, lane, missing)) {
    const { position, type } = message
    if (!want.types.includes(type)) {
      scannedTo = position - 1
      break
    }
    if (group.marks.has(position)) continue
    const attempt = position === lane.at.next ? lane.at.failures + 1 : 1
    messages.push({ message, handledBefore: handledBefore(lane.replay, message), attempt })
    if (messages.length === limit) {
      scannedTo = position
      break
    }
  }
  return { lane, messages, scannedTo }
}
