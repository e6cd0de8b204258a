import type { Instant, Position } from "../../message/ids.ts"
import { type ClaimRequest, LANES_PER_SLICE, type LaneSlice, type SliceMessage } from "../claim.ts"
import { handledBefore } from "../rules/handled-before.ts"
import { leaseLanes } from "../rules/lease-slice.ts"
import { takeoversOf } from "../rules/lease-state.ts"
import type { LoadedLane } from "../rules/loaded-group.ts"
import type { Candidate } from "./candidates.ts"
import { nextToken } from "./find-group.ts"
import { type LogState, messageAt } from "./log-state.ts"
import { touchPartition } from "./touched.ts"
import { wantedOfLane } from "./waiting.ts"

type Lanes = Extract<Candidate, { readonly kind: "lanes" }>

interface Scanned {
  readonly lane: LoadedLane
  readonly messages: readonly SliceMessage[]
  readonly scannedTo: Position
}

/** Leases the neediest due lane and, where streams are concerned, others of its partition beside it. A lane that was taken over goes alone, with one message. */
export function laneSlice(log: LogState, candidate: Lanes, request: ClaimRequest, now: Instant): LaneSlice {
  const { group, at, first } = candidate
  const scans = takeoversOf(first.lease) > 0 ? [scan(log, candidate, first, 1)] : scanTogether(log, candidate, now)
  const leased = leaseLanes(group, at, scans, { ...request, now, nextToken: () => nextToken(log) })
  touchPartition(log, group, at)
  const messages = scans.flatMap((one) => one.messages)
  return { ...leased, messages: messages.sort((a, b) => a.message.position - b.message.position) }
}

function scanTogether(log: LogState, candidate: Lanes, now: Instant): readonly Scanned[] {
  const { group, at, want, first } = candidate
  if (group.order !== "stream") return [scan(log, candidate, first, want.limit)]
  const others = [...at.lanes.values()]
    .filter((lane) => lane !== first && isDueAndFree(lane, now))
    .sort((a, b) => a.at.next - b.at.next || (a.key < b.key ? -1 : 1))
  const scans: Scanned[] = []
  let left = want.limit
  for (const lane of [first, ...others]) {
    if (left === 0 || scans.length === LANES_PER_SLICE) break
    if (isBeyond(log, candidate, lane)) continue
    const scanned = scan(log, candidate, lane, left)
    scans.push(scanned)
    left -= scanned.messages.length
  }
  return scans
}

/** Whether the next message of a lane is of a type that this process lacks. */
function isBeyond(log: LogState, { group, at, want }: Candidate, lane: LoadedLane): boolean {
  for (const { type } of wantedOfLane(log, group, at, lane)) return !want.types.includes(type)
  return false
}

/** Whether a lane may go beside another one: only where nobody has held it since its last progress. */
function isDueAndFree({ at, lease }: LoadedLane, now: Instant): boolean {
  return at.status === "retrying" && at.retryAt <= now && takeoversOf(lease) === 0
}

/** Reads a lane: messages at or below its partition's checkpoint only, so that it and a slice in flight never hold the same one. */
function scan(log: LogState, { group, at, want }: Candidate, lane: LoadedLane, limit: number): Scanned {
  const messages: SliceMessage[] = []
  let scannedTo = lane.single ? lane.at.next : at.checkpoint
  for (const { position, type } of wantedOfLane(log, group, at, lane)) {
    if (!want.types.includes(type)) {
      scannedTo = position - 1
      break
    }
    const message = lane.kept?.position === position ? lane.kept : messageAt(log, position)
    if (message === undefined || group.marks.has(position)) continue
    const attempt = position === lane.at.next ? lane.at.failures + 1 : 1
    messages.push({ message, handledBefore: handledBefore(lane.replay, message), attempt })
    if (messages.length === limit) {
      scannedTo = position
      break
    }
  }
  return { lane, messages, scannedTo }
}
