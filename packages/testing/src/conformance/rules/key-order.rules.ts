import { deepEqual, equal } from "node:assert/strict"

import { handledBefore } from "@millrace/core/backend"
import type { PartitionSlice, Settlement, Slice } from "@millrace/core/backend"

import { store, to } from "../build/appending.ts"
import { claimLanes, claimNothing, claimPartition, positionsIn } from "../build/claims.ts"
import { ensure, infoOf, owner } from "../build/groups.ts"
import { laneOf, openLanes } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { readStream } from "../build/reading.ts"
import { allDone, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const log = { partitions: 8 }

/** The worker's key in these rules: the category. */
const keyOf = (streamId: string) => streamId.split("-")[0] ?? ""

const firstOfKey = (slice: Slice, key: string) =>
  slice.messages.find(({ message }) => keyOf(message.streamId) === key)?.message.position ?? 0

/** Everything done but one key, which retries at once. */
function butOne(slice: PartitionSlice, key: string): Settlement {
  const from = firstOfKey(slice, key)
  const deferral = { as: "retry", position: from, failures: 1, retryAt: 0, error: "boom" } as const
  return { lease: slice.lease, checkpoint: slice.scannedTo, parts: [{ key, from, doneTo: from - 1, deferral }] }
}

/** Groups whose order is kept per key that the worker computes. */
export const keyOrderRules: readonly Rule[] = [
  rule(
    "a keyed group gets all streams in position order, under one lease for the whole log [S25.a S25.b]",
    async ({ backend }) => {
      await ensure(backend, { order: "key" })
      const positions = await store(
        backend,
        event("cart-1"),
        event("order-1"),
        event("cart-2"),
        event("user-3"),
        event("cart-1"),
      )
      const slice = await claimPartition(backend)
      deepEqual([positionsIn(slice), slice.skipped, slice.openLanes], [positions, [], []])
      await claimNothing(backend, { owner: owner("p2") })
      await settle(backend, allDone(slice))
      deepEqual(await workOff(backend), [])
    },
    log,
  ),

  rule(
    "a keyed group names its open lanes and leaves it to the worker to set their messages aside [S25.a S43.a]",
    async ({ backend }) => {
      await ensure(backend, { order: "key" })
      const [first = 0] = await store(backend, event("cart-1"), event("order-1"))
      const slice = await claimPartition(backend)
      await settle(backend, {
        ...butOne(slice, "cart"),
        parts: [
          {
            key: "cart",
            from: first,
            doneTo: first - 1,
            deferral: { as: "retry", position: first, failures: 1, retryAt: 4_000_000_000_000 },
          },
        ],
      })
      const [third = 0, fourth = 0] = await store(backend, event("cart-2"), event("order-1"))
      const next = await claimPartition(backend)
      deepEqual([positionsIn(next), next.openLanes, next.skipped], [[third, fourth], ["cart"], []])
      const skipped = [{ key: "cart", position: third }]
      await settle(backend, { lease: next.lease, checkpoint: next.scannedTo, skipped, parts: [] })
      deepEqual([(await laneOf(backend, "cart")).next, await openLanes(backend)], [first, ["cart"]])
    },
    log,
  ),

  rule(
    "a keyed lane gets the messages of all keys in its range, alone in its slice, up to the checkpoint [S25.a]",
    async ({ backend }) => {
      await ensure(backend, { order: "key" })
      const positions = await store(backend, event("cart-1"), event("order-1"), event("cart-2"), event("user-1"))
      const slice = await claimPartition(backend)
      const both = [butOne(slice, "cart"), butOne(slice, "order")]
      await settle(backend, {
        lease: slice.lease,
        checkpoint: slice.scannedTo,
        parts: both.flatMap(({ parts }) => parts),
      })
      await store(backend, event("cart-3"))
      const inFlight = await claimLaneOrPartition(backend)
      const lanes = inFlight.source === "lanes" ? inFlight : await claimLanes(backend)
      equal(lanes.lanes.length, 1)
      const [lane] = lanes.lanes
      deepEqual(
        positionsIn(lanes),
        positions.filter((position) => position >= (lane?.next ?? 0)),
      )
    },
    log,
  ),

  rule(
    "a keyed lane that closes while a slice is in flight opens again where the worker says it skipped [S25.b lesson 5]",
    async ({ backend }) => {
      await ensure(backend, { order: "key" })
      await store(backend, event("cart-1"), event("order-1"))
      const slice = await claimPartition(backend, { owner: owner("p1") })
      const from = firstOfKey(slice, "cart")
      const deferral = { as: "hand-over", position: from, failures: 0, leaseMs: 60_000 } as const
      const { lanes } = await settle(backend, { ...allDone(slice), parts: [{ key: "cart", from, deferral }] })
      const [third = 0, fourth = 0] = await store(backend, event("cart-2"), event("order-2"))
      const inFlight = await claimPartition(backend, { owner: owner("p2") })
      deepEqual([positionsIn(inFlight), inFlight.openLanes], [[third, fourth], ["cart"]])
      const lease = { of: "lanes", group: slice.group, partition: slice.lease.partition, lanes } as const
      await settle(backend, { lease, parts: [{ key: "cart", from, doneTo: slice.scannedTo }] })
      deepEqual(await openLanes(backend), [])
      const skipped = [{ key: "cart", position: third }]
      await settle(backend, { lease: inFlight.lease, checkpoint: inFlight.scannedTo, skipped, parts: [] })
      const again = await claimLanes(backend)
      deepEqual([again.lanes[0]?.key, again.lanes[0]?.next, positionsIn(again)], ["cart", third, [third, fourth]])
      await settle(backend, allDone(again))
      deepEqual(await openLanes(backend), [])
    },
    log,
  ),

  rule(
    "a keyed group's part that is not stored becomes the lane of its key",
    async ({ backend }) => {
      await ensure(backend, { order: "key" })
      await store(backend, event("cart-1"), event("order-1"))
      await store(backend, event("out", { type: "made" }))
      const slice = await claimPartition(backend)
      const effects = to("out", [event("out", { type: "made" })], "no-stream")
      const from = firstOfKey(slice, "order")
      const settled = await settle(backend, { ...allDone(slice), parts: [{ key: "order", from, effects }] })
      deepEqual([settled.parts[0]?.kind, settled.lanes.map(({ key }) => key)], ["conflict", ["order"]])
      deepEqual([(await readStream(backend, "out")).length, (await laneOf(backend, "order")).next], [1, from])
      equal((await infoOf(backend)).status, "active")
    },
    log,
  ),

  rule(
    "a keyed lane hands a process nothing of a type it lacks [S25.a]",
    async ({ backend }) => {
      const types = ["noted", "sent"]
      await ensure(backend, { order: "key", types })
      const [first = 0, second = 0] = await store(backend, event("cart-1"), event("cart-2", { type: "sent" }))
      const slice = await claimPartition(backend, { types })
      await settle(backend, butOne(slice, "cart"))
      const poor = await claimLanes(backend)
      deepEqual([positionsIn(poor), (poor.lanes[0]?.scannedTo ?? 0) < second], [[first], true])
      await settle(backend, allDone(poor))
      deepEqual((await claimNothing(backend)).outdated, [{ group: "billing", type: "sent" }])
      deepEqual(positionsIn(await claimLanes(backend, { types })), [second])
    },
    log,
  ),

  rule(
    "a keyed group's slices name the keys whose lane was open at a reset, with how far those had got [S24.b S24.d S25.a]",
    async ({ backend }) => {
      await ensure(backend, { order: "key" })
      await store(backend, event("cart-1"), event("order-1"), event("cart-2"))
      await settle(backend, butOne(await claimPartition(backend), "cart"))
      const { replayRows: before } = await store(backend, event("user-1")).then(() => claimUnleased(backend))
      equal(before, undefined, "without a reset there are none")
      await backend.operator.resetGroup("billing", { at: "beginning" })
      const slice = await claimPartition(backend)
      const flags = slice.messages.map(({ message, handledBefore: flag }) => {
        const key = keyOf(message.streamId)
        const row = slice.replayRows?.find((one) => one.key === key)
        return [key, row === undefined ? flag : handledBefore(row.replay, message)]
      })
      deepEqual(flags, [
        ["cart", false],
        ["order", true],
        ["cart", false],
        ["user", false],
      ])
    },
    log,
  ),
]

async function claimLaneOrPartition(backend: Parameters<Rule["run"]>[0]["backend"]): Promise<Slice> {
  const slice = await backend.claim({
    owner: owner(),
    groups: [{ group: "billing", types: ["noted"], limit: 100 }],
    leaseMs: 60_000,
  })
  if (slice.kind === "idle") throw new Error("expected work for the keyed group")
  return slice
}

/** A slice of the partition while a lane is due as well, given back at once. */
async function claimUnleased(backend: Parameters<Rule["run"]>[0]["backend"]): Promise<PartitionSlice> {
  const first = await claimLaneOrPartition(backend)
  const slice = first.source === "partition" ? first : await claimPartition(backend)
  await settle(backend, { lease: slice.lease, checkpoint: slice.from, parts: [] })
  return slice
}
