import {
  type ClaimRequest,
  leasePartition,
  type PartitionSlice,
  scanSlice,
  type SliceScan,
  takeoversOf,
} from "@millrace/core/backend"

import type { Candidate } from "./candidate.ts"
import type { Work } from "./change.ts"
import type { Log } from "./log.ts"
import { noteMissing } from "./note-missing.ts"
import { messagesByPosition, wantedBetween } from "./waiting.ts"

/** Positions whose messages are fetched together. */
const PAGE = 250

/** Leases a partition and reads its next messages. */
export async function partitionSlice(
  log: Log,
  work: Work,
  candidate: Candidate,
  request: ClaimRequest,
): Promise<PartitionSlice> {
  const { group, at, want } = candidate
  const limit = takeoversOf(at.lease) > 0 ? 1 : want.limit
  const scan = scanSlice(group, at, { head: work.head, limit, types: want.types })
  await lookThrough(log, work, candidate, { scan, limit })
  const leased = leasePartition(group, at, request, { now: work.now, nextToken: () => work.nextToken() })
  work.evenWhenFull = at.lease.takeovers === 0
  return { ...leased, ...scan.found() }
}

async function lookThrough(
  log: Log,
  work: Work,
  { group, at, want }: Candidate,
  { scan, limit }: { readonly scan: SliceScan; readonly limit: number },
): Promise<void> {
  const span = { after: at.checkpoint, upto: Math.max(work.head, at.checkpoint) }
  for await (const page of pagesOf(wantedBetween(log, group, at.partition, span), limit)) {
    const found = await messagesByPosition(
      log,
      page.map(({ position }) => position),
    )
    for (const wanted of page) {
      const message = found.get(wanted.position)
      if (message === undefined && want.types.includes(wanted.type)) noteMissing(work, group, wanted.position)
      if (!scan.take(wanted, message)) return
    }
  }
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
