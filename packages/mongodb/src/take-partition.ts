import {
  type ClaimRequest,
  handledBefore,
  type Instant,
  leasePartition,
  type Position,
  type ReplayState,
  type Skipped,
  type SliceMessage,
  takeoversOf,
} from "@millrace/core/backend"

import type { Candidate } from "./candidates.ts"
import type { Taken } from "./claim.ts"
import { entriesAt } from "./entries-at.ts"
import { edit, type GroupState, nextToken, type PartitionState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { storedMessageOf } from "./stored-message.ts"

/** A message to hand out, before it is read. */
interface Chosen {
  readonly position: Position
  readonly attempt: number
  readonly replay: ReplayState
}

interface Scanned {
  readonly chosen: readonly Chosen[]
  readonly skipped: readonly Skipped[]
  readonly scannedTo: Position
}

/** Leases a partition of a draft, and chooses its next messages. */
export function takePartition(
  log: Log,
  draft: GroupState,
  candidate: Candidate,
  { request, now }: { readonly request: ClaimRequest; readonly now: Instant },
): Taken {
  const at = edit(draft, candidate.partition)
  const limit = takeoversOf(at.lease) > 0 ? 1 : candidate.want.limit
  const { chosen, skipped, scannedTo } = scan(log, draft, at, { limit, types: candidate.want.types })
  const leased = leasePartition(draft, at, request, { now, nextToken: () => nextToken(draft) })
  return async () => ({ ...leased, skipped, scannedTo, messages: await read(log, chosen) })
}

function scan(
  log: Log,
  group: GroupState,
  at: PartitionState,
  { limit, types }: { readonly limit: number; readonly types: readonly string[] },
): Scanned {
  const chosen: Chosen[] = []
  const skipped = new Map<string, Position>()
  const failures = at.hold?.failures ?? 0
  const { waiting, upto } = log.ahead(group.id).of(group, at.partition)
  let scannedTo = Math.max(upto, at.checkpoint)
  for (const { position, type, stream } of waiting) {
    if (!types.includes(type)) {
      scannedTo = position - 1
      break
    }
    if (group.marks.has(position)) continue
    if (group.order === "stream" && at.lanes.has(stream)) {
      if (!skipped.has(stream)) skipped.set(stream, position)
      continue
    }
    const replay = (group.order === "stream" ? at.rows.get(stream) : undefined) ?? at.replay
    chosen.push({ position, attempt: chosen.length === 0 ? failures + 1 : 1, replay })
    if (chosen.length === limit) {
      scannedTo = position
      break
    }
  }
  return { chosen, skipped: [...skipped].map(([key, position]) => ({ key, position })), scannedTo }
}

async function read(log: Log, chosen: readonly Chosen[]): Promise<readonly SliceMessage[]> {
  const found = await entriesAt(
    log,
    chosen.map(({ position }) => position),
  )
  // A loop, for this runs for every message that is handed out.
  const messages: SliceMessage[] = []
  for (const [index, entry] of found.entries()) {
    const one = chosen[index]
    if (entry === undefined || one === undefined) continue
    const message = storedMessageOf(entry.message, one.position, entry.at)
    messages.push({ message, handledBefore: handledBefore(one.replay, message), attempt: one.attempt })
  }
  return messages
}
