import {
  checkSpan,
  type ClaimRequest,
  FREE,
  type Lease,
  leaseAfterClaim,
  stoppedAt,
  type StopReason,
} from "@millrace/core/backend"

import type { Log } from "./log.ts"
import type { GroupRow, LaneRow, PartitionRow } from "./rows.ts"
import { editPartitions, partitionsOf } from "./waiting.ts"

/** Leases a partition or a lane. Answers the token. */
export function lease(log: Log, held: PartitionRow | LaneRow, { owner, leaseMs }: ClaimRequest): number {
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

/** Ends whatever lease a partition or a lane has. */
export function fence(held: PartitionRow | LaneRow): void {
  held.token = null
  held.lease = { ...FREE, takeovers: held.lease.takeovers }
}

export function fenceAll(log: Log, group: GroupRow): void {
  for (const at of editPartitions(log, group)) for (const held of [at, ...at.lanes]) fence(held)
}

/** Stops a group: its leases end, so that nothing in flight is settled. */
export function stopGroup(log: Log, group: GroupRow, why: StopReason): void {
  group.stopped = stoppedAt(why, log.now())
  fenceAll(log, group)
}
