import type { Backend, LaneInfo, LaneSlice, LaneToken, Lease, PartitionSlice, SettlePart } from "@millrace/core/backend"

import type { TestLog } from "../test-log.ts"
import { claim, type ClaimFacts, claimPartition, inShort } from "./claims.ts"
import { G } from "./groups.ts"
import { doneWith, handedOver, parked, retried, settle } from "./settles.ts"
import { until } from "./until.ts"

/** An instant that no rule reaches. */
export const NEVER = 4_000_000_000_000

/** Claims the waiting messages and settles all of them but those of these streams, which retry at `retryAt` (at once by default). */
export async function setAside(
  backend: Backend,
  keys: readonly string[],
  { retryAt = 0, ...facts }: ClaimFacts & { readonly retryAt?: number } = {},
): Promise<PartitionSlice> {
  const slice = await claimPartition(backend, facts)
  await settle(backend, doneWith(slice, ...keys.map((key) => retried(slice, key, retryAt))))
  return slice
}

/** Claims the waiting messages, settles them, and parks these streams. */
export async function park(backend: Backend, keys: readonly string[], facts: ClaimFacts = {}): Promise<PartitionSlice> {
  const slice = await claimPartition(backend, facts)
  await settle(backend, doneWith(slice, ...keys.map((key) => parked(slice, key))))
  return slice
}

/** Claims the waiting messages, settles them, and goes on with one stream as a lane leased to the same owner. */
export async function handOver(backend: Backend, key: string, facts: ClaimFacts = {}): Promise<LaneLease> {
  const slice = await claimPartition(backend, facts)
  const { lanes } = await settle(backend, doneWith(slice, handedOver(slice, key, facts.leaseMs)))
  const token = lanes.find((lane) => lane.key === key)
  if (token === undefined) throw new Error(`the settle handed no lane ${key} over: ${inShort(lanes)}`)
  return laneLease(slice, token)
}

export type LaneLease = Extract<Lease, { of: "lanes" }>

/** The lease of one lane of a slice's partition. */
export function laneLease(slice: { readonly lease: Lease }, token: LaneToken): LaneLease {
  return { of: "lanes", group: slice.lease.group, partition: slice.lease.partition, lanes: [token] }
}

/** Settles one lane that a worker holds. */
export function settleLane(backend: Backend, lease: LaneLease, part: Partial<SettlePart> & { readonly from: number }) {
  return settle(backend, { lease, parts: [{ key: lease.lanes[0]?.key ?? "", ...part }] })
}

/** Claims lanes as soon as they are due. */
export async function dueLanes(log: TestLog, facts: ClaimFacts = {}): Promise<LaneSlice> {
  return until(log, "a lane to be due", async () => {
    const slice = await claim(log.backend, facts)
    if (slice.kind === "idle") return undefined
    if (slice.source === "lanes") return slice
    throw new Error(`expected a slice of lanes, got ${inShort(slice)}`)
  })
}

/** The open lane of this key. */
export async function laneOf(backend: Backend, key: string, group: string = G): Promise<LaneInfo> {
  const lane = (await backend.operator.lanes({ group })).find((one) => one.key === key)
  if (lane === undefined) throw new Error(`group ${group} has no open lane ${key}`)
  return lane
}

/** The keys of a group's open lanes. */
export async function openLanes(backend: Backend, group: string = G): Promise<readonly string[]> {
  return (await backend.operator.lanes({ group })).map((lane) => lane.key)
}
