import { deepEqual, equal, ok } from "node:assert/strict"

import { LANES_PER_SLICE, partitionOf } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimLanes, claimNothing, claimPartition, positionsIn, storageNow } from "../build/claims.ts"
import { ensure, infoOf, owner } from "../build/groups.ts"
import { dueLanes, laneOf, NEVER, openLanes, park, setAside } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { allDone, doneWith, lanePart, retried, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

/** Streams that go their own way: retries and dead letters. */
export const laneRules: readonly Rule[] = [
  rule("a deferred stream waits as a lane while the others go on [S43.a lesson 11]", async ({ backend }) => {
    await ensure(backend)
    const [first = 0] = await store(backend, event("a"), event("b"))
    await setAside(backend, ["a"], { retryAt: NEVER })
    const [third = 0, fourth = 0] = await store(backend, event("a"), event("b"))
    const slice = await claimPartition(backend)
    deepEqual(positionsIn(slice), [fourth])
    deepEqual(slice.skipped, [{ key: "a", position: third }])
    await settle(backend, allDone(slice))
    const lane = await laneOf(backend, "a")
    deepEqual([lane.next, lane.status, lane.failures, lane.error, lane.retryAt], [first, "retrying", 1, "boom", NEVER])
    equal((await claimNothing(backend)).nextAt, NEVER)
    equal((await infoOf(backend)).lag, 2)
  }),

  rule(
    "a lane is claimed when its retry is due, and not before; its try is one more than the failures recorded [S42.b S24.c]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      const [first = 0] = await store(backend, event("a"))
      const retryAt = (await storageNow(backend)) + 2_000
      await setAside(backend, ["a"], { retryAt })
      equal((await claimNothing(backend)).nextAt, retryAt)
      const slice = await dueLanes(log)
      ok((await storageNow(backend)) >= retryAt, "the lane was claimed before it was due")
      deepEqual(
        slice.messages.map(({ message, attempt }) => [message.position, attempt]),
        [[first, 2]],
      )
      deepEqual(slice.lanes, [{ key: "a", next: first, scannedTo: slice.lanes[0]?.scannedTo }])
      deepEqual([slice.lease.of, slice.takeovers], ["lanes", 0])
    },
  ),

  rule(
    "a lane that fails again keeps count, and its count begins anew at its next message [S43.b lesson 11]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0, second = 0] = await store(backend, ...events("a", 2))
      await setAside(backend, ["a"])
      const again = await claimLanes(backend)
      await settle(backend, { lease: again.lease, parts: [retried(again, "a", 0, 2)] })
      const third = await claimLanes(backend)
      deepEqual(
        third.messages.map(({ message, attempt }) => [message.position, attempt]),
        [
          [first, 3],
          [second, 1],
        ],
      )
      const failedBehind = { as: "retry", position: second, failures: 1, retryAt: 0 } as const
      await settle(backend, {
        lease: third.lease,
        parts: [lanePart(third, "a", { doneTo: first, deferral: failedBehind })],
      })
      const fourth = await claimLanes(backend)
      deepEqual(
        fourth.messages.map(({ message, attempt }) => [message.position, attempt]),
        [[second, 2]],
      )
    },
  ),

  rule("a lane keeps its stream's order: what follows waits in it [S43.a lesson 6 lesson 43]", async ({ backend }) => {
    await ensure(backend)
    const positions = await store(backend, event("a"), event("b"), event("a"))
    await setAside(backend, ["a"])
    const slice = await claimLanes(backend)
    deepEqual(positionsIn(slice), [positions[0], positions[2]])
    await settle(backend, allDone(slice))
    deepEqual(await openLanes(backend), [])
    const later = await store(backend, event("a"))
    deepEqual(await workOff(backend), later)
  }),

  rule("a lane that is done in part goes on behind it [lesson 6]", async ({ backend }) => {
    await ensure(backend)
    const [first = 0, second = 0, third = 0] = await store(backend, ...events("a", 3))
    await setAside(backend, ["a"])
    const slice = await claimLanes(backend, { limit: 1 })
    deepEqual([positionsIn(slice), slice.lanes[0]?.scannedTo], [[first], first])
    await settle(backend, allDone(slice))
    deepEqual(positionsIn(await claimLanes(backend)), [second, third])
  }),

  rule(
    "a parked lane waits for an operator, and holds back what follows in its stream [S43.c]",
    async ({ backend, advance }) => {
      await ensure(backend)
      const [first = 0] = await store(backend, event("a"), event("b"))
      await park(backend, ["a"])
      const [third = 0, fourth = 0] = await store(backend, event("a"), event("b"))
      const slice = await claimPartition(backend)
      deepEqual([positionsIn(slice), slice.skipped], [[fourth], [{ key: "a", position: third }]])
      await settle(backend, allDone(slice))
      await advance(5_000)
      equal((await claimNothing(backend)).nextAt, null)
      const lane = await laneOf(backend, "a")
      deepEqual([lane.status, lane.next, lane.failures, lane.error], ["parked", first, 1, "boom"])
      deepEqual(
        [(await infoOf(backend)).parked, (await infoOf(backend)).retrying, (await infoOf(backend)).lag],
        [1, 0, 2],
      )
    },
  ),

  rule("one claim returns the due lanes of a partition together", async ({ backend }) => {
    await ensure(backend)
    const streams = ["a", "b", "c", "d"]
    const positions = await store(backend, ...streams.map((streamId) => event(streamId)), event("a"))
    await setAside(backend, streams.slice(0, 3))
    const slice = await claimLanes(backend)
    deepEqual(slice.lanes.map(({ key }) => key).toSorted(), ["a", "b", "c"])
    deepEqual(slice.lease.lanes.map(({ key }) => key).toSorted(), ["a", "b", "c"])
    deepEqual(positionsIn(slice), [...positions.slice(0, 3), ...positions.slice(4)])
    await settle(backend, allDone(slice))
    deepEqual(await openLanes(backend), [])
  }),

  rule("one claim returns at most LANES_PER_SLICE lanes, and the next one the others", async ({ backend }) => {
    await ensure(backend)
    const streams = Array.from({ length: LANES_PER_SLICE + 5 }, (_, at) => `s-${at}`)
    await store(backend, ...streams.map((streamId) => event(streamId)))
    await setAside(backend, streams, { limit: 1_000 })
    const first = await claimLanes(backend, { limit: 1_000 })
    const second = await claimLanes(backend, { limit: 1_000 })
    deepEqual([first.lanes.length, second.lanes.length], [LANES_PER_SLICE, 5])
    equal(new Set([...first.lanes, ...second.lanes].map(({ key }) => key)).size, streams.length)
  }),

  rule(
    "one claim returns lanes of one partition only",
    async ({ backend }) => {
      await ensure(backend)
      const streams = Array.from({ length: 12 }, (_, at) => `s-${at}`)
      await store(backend, ...streams.map((streamId) => event(streamId)))
      for (;;) {
        const slice = await claim(backend)
        if (slice.kind === "idle") break
        const keys = slice.messages.map(({ message }) => message.streamId)
        await settle(backend, doneWith(slice, ...keys.map((key) => retried(slice, key, NEVER))))
      }
      await backend.operator.retryLanes("billing", streams)
      const handled: string[] = []
      for (;;) {
        const slice = await claim(backend)
        if (slice.kind === "idle") break
        ok(slice.source === "lanes")
        const keys = slice.lanes.map(({ key }) => key)
        deepEqual(new Set(keys.map((key) => partitionOf(key, 4))), new Set([slice.lease.partition]))
        handled.push(...keys)
        await settle(backend, allDone(slice))
      }
      deepEqual(handled.toSorted(), streams.toSorted())
    },
    { partitions: 4 },
  ),

  rule("a lane is handed to one worker at a time, through two backend objects [S41.c]", async ({ backend, reopen }) => {
    const other = await reopen()
    await ensure(backend)
    await store(backend, event("a"), event("b"))
    await setAside(backend, ["a", "b"])
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, at) => claim(at % 2 === 0 ? backend : other, { owner: owner(`p${at}`) })),
    )
    const keys = claims.flatMap((one) =>
      one.kind === "slice" && one.source === "lanes" ? one.lanes.map(({ key }) => key) : [],
    )
    deepEqual(keys.toSorted(), ["a", "b"])
    await claimNothing(backend, { owner: owner("late") })
  }),

  rule(
    "an expired lane is taken over, counted, with one message of that lane [S41.c lesson 34 lesson 46]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      await store(backend, ...events("a", 2))
      await setAside(backend, ["a"])
      const lost = await claimLanes(backend, { owner: owner("p1"), leaseMs: 400 })
      equal(lost.messages.length, 2)
      const { now, nextAt } = await claimNothing(backend, { owner: owner("p2") })
      ok(nextAt !== null && nextAt > now && nextAt <= now + 400)
      const taken = await dueLanes(log, { owner: owner("p2"), leaseMs: 400 })
      deepEqual([taken.takeovers, taken.lanes.length, taken.messages.length, taken.messages[0]?.attempt], [1, 1, 1, 2])
      deepEqual(await backend.settle(allDone(lost)), { kind: "fenced" })
      equal(await backend.extend(lost.lease, 400), false)
      const again = await dueLanes(log, { owner: owner("p1"), leaseMs: 400 })
      equal(again.takeovers, 2)
      await settle(backend, allDone(again))
      equal((await claimLanes(backend)).takeovers, 0)
    },
  ),

  rule("an expired lane that nobody took still settles [lesson 33]", async ({ backend, advance }) => {
    await ensure(backend)
    await store(backend, event("a"))
    await setAside(backend, ["a"])
    const slice = await claimLanes(backend, { leaseMs: 200 })
    await advance(1_000)
    await settle(backend, allDone(slice))
    deepEqual(await openLanes(backend), [])
  }),

  rule("a lease of several lanes is extended and settled in pieces", async ({ backend, advance }) => {
    await ensure(backend)
    await store(backend, event("a"), event("b"))
    await setAside(backend, ["a", "b"])
    const slice = await claimLanes(backend, { leaseMs: 500 })
    const leaseOf = (key: string) => ({ ...slice.lease, lanes: slice.lease.lanes.filter((lane) => lane.key === key) })
    equal(await backend.extend(leaseOf("b"), 600_000), true)
    await settle(backend, { lease: leaseOf("a"), parts: [lanePart(slice, "a")] })
    deepEqual(await openLanes(backend), ["b"])
    await advance(2_000)
    await claimNothing(backend, { owner: owner("p2") })
    await settle(backend, { lease: leaseOf("b"), parts: [lanePart(slice, "b")] })
    deepEqual(await openLanes(backend), [])
  }),

  rule("lanes are there for a backend object opened later", async ({ backend, reopen }) => {
    await ensure(backend)
    const positions = await store(backend, event("a"), event("b"))
    await setAside(backend, ["a"])
    const slice = await claimLanes(await reopen())
    deepEqual(
      slice.messages.map(({ message, attempt }) => [message.position, attempt]),
      [[positions[0], 2]],
    )
  }),
]
