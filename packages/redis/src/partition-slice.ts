import {
  type ClaimRequest,
  handledBefore,
  leaseAfterClaim,
  type PartitionSlice,
  type Position,
  type Skipped,
  type SliceMessage,
  takeoversOf,
} from "@millrace/core/backend"

import type { Candidate } from "./candidate.ts"
import type { Work } from "./change.ts"
import type { Log } from "./log.ts"
import { noteMissing } from "./note-missing.ts"
import { messagesByPosition, wantedBetween } from "./waiting.ts"

/** The most messages that a claim looks at and leaves out (of streams with lanes, or skipped ones) beyond those it hands out. */
const LOOKED_AT = 10_000

/** Positions whose messages are fetched together. */
const PAGE = 250

/** Leases a partition and reads its next messages. */
export async function partitionSlice(
  log: Log,
  work: Work,
  candidate: Candidate,
  request: ClaimRequest,
): Promise<PartitionSlice> {
  const { group, at } = candidate
  const limit = takeoversOf(at.lease) > 0 ? 1 : candidate.want.limit
  const { messages, skipped, scannedTo } = await scan(log, work, candidate, limit)
  at.lease = leaseAfterClaim(at.lease, { owner: request.owner, now: work.now, leaseMs: request.leaseMs })
  at.leaseMs = request.leaseMs
  work.evenWhenFull = at.lease.takeovers === 0
  at.token = work.nextToken()
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

interface Scanned {
  readonly messages: readonly SliceMessage[]
  readonly skipped: readonly Skipped[]
  readonly scannedTo: Position
}

async function scan(log: Log, work: Work, { group, at, want }: Candidate, limit: number): Promise<Scanned> {
  const messages: SliceMessage[] = []
  const skipped = new Map<string, Position>()
  const failures = at.hold?.failures ?? 0
  let looked = 0
  let scannedTo = Math.max(work.head, at.checkpoint)
  const span = { after: at.checkpoint, upto: scannedTo }
  pages: for await (const page of pagesOf(wantedBetween(log, group, at.partition, span), limit)) {
    const found = await messagesByPosition(
      log,
      page.map(({ position }) => position),
    )
    for (const { position, type } of page) {
      const message = found.get(position)
      if (!want.types.includes(type)) {
        scannedTo = position - 1
        break pages
      }
      if (message === undefined) noteMissing(work, group, position)
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
        break pages
      }
    }
  }
  return { messages, skipped: [...skipped].map(([key, position]) => ({ key, position })), scannedTo }
}

async function* pagesOf<T>(all: AsyncIterable<T>, limit: number): AsyncGenerator<readonly T[]> {
  let page: T[] = []
  for await (const one of all) {
    page.push(one)
    if (page.length < Math.min(PAGE, limit)) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
