import {
  type ClaimRequest,
  handledBefore,
  type Instant,
  LANES_PER_SLICE,
  leaseLanes,
  type Position,
  type SliceMessage,
  takeoversOf,
} from "@millrace/core/backend"

import type { Candidate } from "./candidates.ts"
import type { Taken } from "./claim.ts"
import { edit, type GroupState, type Lane, nextToken, type PartitionState } from "./group-state.ts"
import { firstOfLane, wantedOfLane } from "./lane-messages.ts"
import type { Log } from "./log.ts"

type Lanes = Extract<Candidate, { readonly kind: "lanes" }>

interface Scanned {
  readonly lane: Lane
  readonly messages: readonly SliceMessage[]
  readonly scannedTo: Position
}

/** Leases the neediest due lane and, where streams are concerned, others of its partition beside it. A lane that was taken over goes alone, with one message. */
export async function takeLanes(
  log: Log,
  draft: GroupState,
  candidate: Lanes,
  { request, now }: { readonly request: ClaimRequest; readonly now: Instant },
): Promise<Taken | undefined> {
  const at = edit(draft, candidate.partition)
  const first = at.lanes.get(candidate.first)
  if (first === undefined) return undefined
  const takeovers = takeoversOf(first.lease)
  const place: Place = { log, group: draft, at, types: candidate.want.types }
  const scans =
    takeovers > 0
      ? [await scan(place, first, 1)]
      : await scanTogether(place, first, { limit: candidate.want.limit, now })
  const issuer = { now, nextToken: () => nextToken(draft) }
  const leased = leaseLanes(draft, at, scans, { ...request, ...issuer })
  const messages = scans
    .flatMap((one) => one.messages)
    .toSorted((one, other) => one.message.position - other.message.position)
  return async () => ({ ...leased, messages })
}

interface Place {
  readonly log: Log
  readonly group: GroupState
  readonly at: PartitionState
  readonly types: readonly string[]
}

async function scanTogether(
  place: Place,
  first: Lane,
  { limit, now }: { readonly limit: number; readonly now: Instant },
): Promise<readonly Scanned[]> {
  const { log, group, at, types } = place
  if (group.order !== "stream") return [await scan(place, first, limit)]
  const others = [...at.lanes.values()]
    .filter((lane) => lane.key !== first.key && isDueAndFree(lane, now))
    .toSorted((one, other) => one.at.next - other.at.next || (one.key < other.key ? -1 : 1))
  const scans: Scanned[] = []
  let left = limit
  for (const lane of [first, ...others]) {
    if (left === 0 || scans.length === LANES_PER_SLICE) break
    const type = await firstOfLane(log, group, at, lane)
    if (type !== undefined && !types.includes(type)) continue
    const scanned = await scan(place, lane, left)
    scans.push(scanned)
    left -= scanned.messages.length
  }
  return scans
}

/** Whether a lane may go beside another one: only where nobody has held it since its last progress. */
function isDueAndFree({ at, lease }: Lane, now: Instant): boolean {
  return at.status === "retrying" && at.retryAt <= now && takeoversOf(lease) === 0
}

/** Reads a lane: messages at or below its partition's checkpoint only, so that it and a slice in flight never hold the same one. */
async function scan({ log, group, at, types }: Place, lane: Lane, limit: number): Promise<Scanned> {
  const messages: SliceMessage[] = []
  let scannedTo = lane.single ? lane.at.next : at.checkpoint
  for await (const message of wantedOfLane(log, group, at, lane)) {
    if (!types.includes(message.type)) {
      scannedTo = message.position - 1
      break
    }
    if (group.marks.has(message.position)) continue
    const attempt = message.position === lane.at.next ? lane.at.failures + 1 : 1
    messages.push({ message, handledBefore: handledBefore(lane.replay, message), attempt })
    if (messages.length === limit) {
      scannedTo = message.position
      break
    }
  }
  return { lane, messages, scannedTo }
}
