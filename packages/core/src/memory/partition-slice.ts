import type { ClaimRequest, PartitionSlice, SliceMessage, Skipped } from "../backend/claim.ts"
import { handledBefore } from "../backend/rules/handled-before.ts"
import { leaseAfterClaim, takeoversOf } from "../backend/rules/lease-state.ts"
import type { Instant, Position } from "../message/ids.ts"
import type { Candidate } from "./candidates.ts"
import { nextToken } from "./find-group.ts"
import { headOf, type LogState, messageAt } from "./log-state.ts"
import { wantedAbove } from "./waiting.ts"

/** The most messages that a claim looks at and leaves out (of streams with lanes, or skipped ones) beyond those it hands out. */
const LOOKED_AT = 10_000

/** Leases a partition and reads its next messages. */
export function partitionSlice(
  log: LogState,
  candidate: Candidate,
  request: ClaimRequest,
  now: Instant,
): PartitionSlice {
  const { group, at } = candidate
  const limit = takeoversOf(at.lease) > 0 ? 1 : candidate.want.limit
  const { messages, skipped, scannedTo } = scan(log, candidate, limit)
  at.lease = leaseAfterClaim(at.lease, { owner: request.owner, now, leaseMs: request.leaseMs })
  at.leaseMs = request.leaseMs
  at.token = nextToken(log)
  return {
    kind: "slice",
    source: "partition",
    group: group.name,
    lease: { of: "partition", group: group.name, partition: at.partition, token: at.token },
    messages,
    takeovers: at.lease.takeovers,
    reemit: group.reemit,
    epoch: group.epoch,
    from: at.checkpoint,
    scannedTo,
    skipped,
    openLanes: group.order === "key" ? [...at.lanes.keys()] : [],
    ...(group.order === "key" && at.rows.size > 0
      ? { replayRows: [...at.rows].map(([key, replay]) => ({ key, replay })) }
      : {}),
  }
}

function scan(
  log: LogState,
  { group, at, want }: Candidate,
  limit: number,
): { readonly messages: SliceMessage[]; readonly skipped: readonly Skipped[]; readonly scannedTo: Position } {
  const messages: SliceMessage[] = []
  const skipped = new Map<string, Position>()
  const failures = at.hold?.failures ?? 0
  let scannedTo = Math.max(headOf(log), at.checkpoint)
  let looked = 0
  for (const { position, type } of wantedAbove(log, group, at.partition, at.checkpoint)) {
    const message = messageAt(log, position)
    if (!want.types.includes(type)) {
      scannedTo = position - 1
      break
    }
    if (message === undefined || group.marks.has(position)) looked += 1
    else if (group.order === "stream" && at.lanes.has(message.streamId)) {
      looked += 1
      if (!skipped.has(message.streamId)) skipped.set(message.streamId, position)
    } else {
      const replay = (group.order === "stream" ? at.rows.get(message.streamId) : undefined) ?? at.replay
      const attempt = messages.length === 0 ? failures + 1 : 1
      messages.push({ message, handledBefore: handledBefore(replay, message), attempt })
    }
    if (messages.length === limit || looked === LOOKED_AT) {
      scannedTo = position
      break
    }
  }
  return { messages, skipped: [...skipped].map(([key, position]) => ({ key, position })), scannedTo }
}
