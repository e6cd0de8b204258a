import { deepEqual, equal } from "node:assert/strict"

import { store } from "../build/appending.ts"
import { claimLanes, claimNothing, claimPartition, positionsIn } from "../build/claims.ts"
import { ensure, infoOf, owner } from "../build/groups.ts"
import { dueLanes, handOver, laneOf, NEVER, openLanes, setAside, settleLane } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { allDone, doneWith, handedOver, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

/** The race between a partition's slice and a lane of its streams. */
export const handOverRules: readonly Rule[] = [
  rule(
    "a hand-over leases the stream on to the same owner, and frees the partition for others [S41.b]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
      const slice = await claimPartition(backend, { owner: owner("p1") })
      const settled = await settle(backend, doneWith(slice, handedOver(slice, "a")))
      deepEqual([settled.parts.map(({ kind }) => kind), settled.lanes.map(({ key }) => key)], [["stored"], ["a"]])
      const lane = await laneOf(backend, "a")
      deepEqual([lane.next, lane.failures, lane.status, lane.leasedBy], [first, 0, "retrying", "p1"])
      const [third = 0, fourth = 0] = await store(backend, event("a"), event("b"))
      const next = await claimPartition(backend, { owner: owner("p2") })
      deepEqual([positionsIn(next), next.skipped, second < third], [[fourth], [{ key: "a", position: third }], true])
      await claimNothing(backend, { owner: owner("p3") })
    },
  ),

  rule("a lane handed over is settled by its owner with the token of the settle", async ({ backend }) => {
    await ensure(backend)
    const [first = 0] = await store(backend, event("a"), event("b"))
    const lease = await handOver(backend, "a")
    equal(await backend.extend(lease, 60_000), true)
    const effects = {
      streams: [{ streamId: "out", expected: "no-stream" as const, messages: [event("out", { type: "made" })] }],
    }
    const settled = await settleLane(backend, lease, { from: first, doneTo: first + 1, effects })
    deepEqual(
      settled.parts.map(({ kind }) => kind),
      ["stored"],
    )
    deepEqual(await openLanes(backend), [])
    deepEqual(await workOff(backend), [])
  }),

  rule("a lane handed over whose owner dies is taken over with its first message [S41.c lesson 46]", async (log) => {
    const { backend } = log
    await ensure(backend)
    const [first = 0] = await store(backend, ...events("a", 2))
    const lease = await handOver(backend, "a", { leaseMs: 400 })
    const taken = await dueLanes(log, { owner: owner("p2") })
    deepEqual([positionsIn(taken), taken.takeovers], [[first], 1])
    deepEqual(await backend.settle({ lease, parts: [{ key: "a", from: first, doneTo: first }] }), { kind: "fenced" })
  }),

  rule("a lane reads nothing beyond the checkpoint of its partition [lesson 7]", async ({ backend }) => {
    await ensure(backend)
    const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
    await setAside(backend, ["a"])
    const [third = 0] = await store(backend, event("a"))
    const lanes = await claimLanes(backend, { owner: owner("p1") })
    deepEqual(positionsIn(lanes), [first])
    equal((lanes.lanes[0]?.scannedTo ?? 0) >= first && (lanes.lanes[0]?.scannedTo ?? third) <= second, true)
  }),

  rule(
    "a slice in flight that skipped a lane's messages opens the lane again when it has closed meanwhile: nothing is lost or doubled [lesson 5 lesson 7]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
      const lease = await handOver(backend, "a", { owner: owner("p1") })
      const [third = 0, fourth = 0, fifth = 0] = await store(backend, event("a"), event("b"), event("a"))
      const inFlight = await claimPartition(backend, { owner: owner("p2") })
      deepEqual([positionsIn(inFlight), inFlight.skipped], [[fourth], [{ key: "a", position: third }]])
      await settleLane(backend, lease, { from: first, doneTo: second })
      deepEqual(await openLanes(backend), [], "the lane has reached the checkpoint and is closed")
      await settle(backend, allDone(inFlight))
      const again = await claimLanes(backend)
      deepEqual([positionsIn(again), again.lanes[0]?.next, again.messages[0]?.attempt], [[third, fifth], third, 1])
      await settle(backend, allDone(again))
      deepEqual([await openLanes(backend), (await infoOf(backend)).lag], [[], 0])
      const later = await store(backend, event("a"))
      deepEqual(await workOff(backend), later)
    },
  ),

  rule("a lane still open when a slice that skipped it settles goes on in order [lesson 5]", async ({ backend }) => {
    await ensure(backend)
    const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
    const lease = await handOver(backend, "a")
    const [third = 0] = await store(backend, event("a"), event("b"))
    await settle(backend, allDone(await claimPartition(backend)))
    await settleLane(backend, lease, { from: first, doneTo: second })
    equal((await laneOf(backend, "a")).next > first, true)
    const rest = await claimLanes(backend)
    deepEqual([positionsIn(rest), rest.messages[0]?.attempt], [[third], 1])
    await settle(backend, allDone(rest))
    deepEqual(await openLanes(backend), [])
  }),

  rule(
    "a lane opened while a slice is in flight does not hand out what that slice handles [lesson 7]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0] = await store(backend, event("a"), event("b"))
      await setAside(backend, ["a"], { retryAt: NEVER })
      const [third = 0] = await store(backend, event("a"), event("b"))
      const inFlight = await claimPartition(backend, { owner: owner("p2") })
      await backend.operator.retryLanes("billing", ["a"])
      const lanes = await claimLanes(backend, { owner: owner("p1") })
      deepEqual(positionsIn(lanes), [first])
      await settle(backend, allDone(inFlight))
      await settle(backend, allDone(lanes))
      deepEqual(positionsIn(await claimLanes(backend)), [third])
    },
  ),

  rule("a slice given back names its skipped messages in vain: nothing is opened or lost", async ({ backend }) => {
    await ensure(backend)
    const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
    const lease = await handOver(backend, "a")
    const later = await store(backend, event("a"), event("b"))
    const inFlight = await claimPartition(backend, { owner: owner("p2") })
    await settleLane(backend, lease, { from: first, doneTo: second })
    await settle(backend, { lease: inFlight.lease, checkpoint: inFlight.from, skipped: inFlight.skipped, parts: [] })
    deepEqual(await workOff(backend), later)
    deepEqual(await openLanes(backend), [])
  }),

  rule("a slice settled in part opens a closed lane again only for what it passed", async ({ backend }) => {
    await ensure(backend)
    const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
    const lease = await handOver(backend, "a")
    const [third = 0, fourth = 0, fifth = 0] = await store(backend, event("b"), event("a"), event("b"))
    const inFlight = await claimPartition(backend, { owner: owner("p2") })
    await settleLane(backend, lease, { from: first, doneTo: second })
    await settle(backend, { lease: inFlight.lease, checkpoint: third, skipped: inFlight.skipped, parts: [] })
    deepEqual(
      (await workOff(backend)).toSorted((one, two) => one - two),
      [fourth, fifth],
    )
  }),
]
