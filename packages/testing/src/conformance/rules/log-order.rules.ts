import { deepEqual, equal, ok } from "node:assert/strict"

import type { Settlement } from "@millrace/core/backend"

import { store, to } from "../build/appending.ts"
import { claim, claimLanes, claimNothing, claimPartition, positionsIn, storageNow } from "../build/claims.ts"
import { ensure, G, infoOf, owner } from "../build/groups.ts"
import { laneOf, openLanes } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { readStream } from "../build/reading.ts"
import { allDone, settle, workOff } from "../build/settles.ts"
import { until } from "../build/until.ts"
import { type Rule, rule } from "../rule.ts"

const log = { partitions: 8 }
const many = (count: number) => Array.from({ length: count }, (_, at) => event(`s-${at}`))

/** Groups in total order. */
export const logOrderRules: readonly Rule[] = [
  rule(
    "a group in log order gets all streams in position order, under one lease for the whole log [S25.c]",
    async ({ backend }) => {
      await ensure(backend, { order: "log" })
      const positions = await store(backend, ...many(12))
      const slice = await claimPartition(backend, { limit: 5 })
      deepEqual([positionsIn(slice), slice.scannedTo], [positions.slice(0, 5), positions[4]])
      await claimNothing(backend, { owner: owner("p2") })
      await settle(backend, allDone(slice))
      deepEqual(await workOff(backend, { limit: 3 }), positions.slice(5))
    },
    log,
  ),

  rule(
    "a group in log order whose message failed is held until its retry, with what was done before it settled [S25.c S42.b]",
    async (test) => {
      const { backend } = test
      await ensure(backend, { order: "log" })
      const [first = 0, second = 0, third = 0] = await store(backend, ...many(3))
      const slice = await claimPartition(backend)
      const retryAt = (await storageNow(backend)) + 2_000
      const hold = { retryAt, failures: 1, error: "boom" }
      await settle(backend, { lease: slice.lease, checkpoint: first, parts: [], hold })
      const idle = await claimNothing(backend)
      equal(idle.nextAt, retryAt)
      const again = await until(test, "the hold to end", async () => {
        const next = await claim(backend)
        return next.kind === "slice" ? next : undefined
      })
      ok((await storageNow(backend)) >= retryAt)
      deepEqual(
        again.messages.map(({ message, attempt }) => [message.position, attempt]),
        [
          [second, 2],
          [third, 1],
        ],
      )
      equal(again.takeovers, 0)
      await settle(backend, allDone(again))
      deepEqual(await workOff(backend), [])
    },
    log,
  ),

  rule(
    "a group in log order shows its hold and its error to operators [S34.d]",
    async ({ backend }) => {
      await ensure(backend, { order: "log" })
      await store(backend, ...many(2))
      const slice = await claimPartition(backend)
      const retryAt = (await storageNow(backend)) + 60_000
      await settle(backend, {
        lease: slice.lease,
        checkpoint: slice.from,
        parts: [],
        hold: { retryAt, failures: 2, error: "boom" },
      })
      equal((await infoOf(backend)).retryAt, retryAt)
      await backend.operator.stopGroup(G, { reason: "look" })
      await backend.operator.startGroup(G)
      equal((await claimPartition(backend)).messages[0]?.attempt, 3, "starting a group makes its retry due")
    },
    log,
  ),

  rule(
    "a group in log order parks one message alone, and goes on behind it [S43.c]",
    async ({ backend }) => {
      await ensure(backend, { order: "log" })
      const [first = 0, second = 0, third = 0] = await store(backend, event("a"), event("a"), event("b"))
      const slice = await claimPartition(backend)
      const deferral = { as: "park", position: first, failures: 4, error: "boom", single: true } as const
      await settle(backend, {
        lease: slice.lease,
        checkpoint: first,
        parts: [{ key: `@${first}`, from: first, deferral }],
      })
      const rest = await claimPartition(backend)
      deepEqual([positionsIn(rest), rest.skipped, rest.openLanes], [[second, third], [], []])
      await settle(backend, allDone(rest))
      const lane = await laneOf(backend, `@${first}`)
      deepEqual([lane.status, lane.next, lane.failures, lane.error], ["parked", first, 4, "boom"])
      equal((await infoOf(backend)).lag, 1)
      equal(await backend.operator.retryLanes(G, [`@${first}`]), 1)
      const alone = await claimLanes(backend)
      deepEqual(
        alone.messages.map(({ message, attempt }) => [message.position, attempt]),
        [[first, 5]],
      )
      await settle(backend, allDone(alone))
      deepEqual([await openLanes(backend), (await infoOf(backend)).lag], [[], 0])
    },
    log,
  ),

  rule(
    "a group in log order takes the failures of a message set aside as those of any lane [S43.c S42.b]",
    async ({ backend }) => {
      await ensure(backend, { order: "log" })
      const [first = 0] = await store(backend, event("a"))
      const slice = await claimPartition(backend)
      const parking = { as: "park", position: first, failures: 1, single: true } as const
      const part = { key: `@${first}`, from: first, deferral: parking }
      await settle(backend, { lease: slice.lease, checkpoint: first, parts: [part] })
      await backend.operator.retryLanes(G)
      const again = await claimLanes(backend)
      const deferral = { as: "retry", position: first, failures: 2, retryAt: 0, error: "boom" } as const
      await settle(backend, { lease: again.lease, parts: [{ ...part, doneTo: first - 1, deferral }] })
      const third = await claimLanes(backend)
      deepEqual(
        third.messages.map(({ message, attempt }) => [message.position, attempt]),
        [[first, 3]],
      )
    },
    log,
  ),

  rule(
    "a group in log order of which a part is not stored stores nothing and keeps its lease",
    async ({ backend }) => {
      await ensure(backend, { order: "log" })
      await store(backend, event("a"), event("b"))
      await store(backend, event("out", { type: "made" }))
      const slice = await claimPartition(backend, { limit: 2 })
      const from = slice.messages[0]?.message.position ?? 0
      const settlement = (expected: 0 | 1): Settlement => ({
        lease: slice.lease,
        checkpoint: slice.scannedTo,
        parts: [
          { key: "*", from, effects: to("more", [event("more", { type: "made" })]) },
          { key: "other", from, effects: to("out", [event("out", { type: "made" })], expected) },
        ],
      })
      const settled = await settle(backend, settlement(0))
      deepEqual([settled.parts[1]?.kind, settled.lanes], ["conflict", []])
      equal((await readStream(backend, "more")).length, 0)
      await claimNothing(backend, { owner: owner("p2") })
      deepEqual(
        (await settle(backend, settlement(1))).parts.map(({ kind }) => kind),
        ["stored", "stored"],
      )
      equal((await readStream(backend, "more")).length, 1)
      await claimNothing(backend, { owner: owner("p2") })
    },
    log,
  ),

  rule(
    "a group in log order whose worker dies goes on with the one message, its lease doubled [S41.c lesson 46]",
    async (test) => {
      const { backend } = test
      await ensure(backend, { order: "log" })
      const positions = await store(backend, ...many(3))
      const lost = await claimPartition(backend, { leaseMs: 400 })
      const taken = await until(test, "a take-over", async () => {
        const next = await claim(backend, { owner: owner("p2"), leaseMs: 400 })
        return next.kind === "slice" ? next : undefined
      })
      deepEqual([taken.takeovers, positionsIn(taken)], [1, positions.slice(0, 1)])
      deepEqual(await backend.settle(allDone(lost)), { kind: "fenced" })
      await settle(backend, allDone(taken))
      deepEqual(await workOff(backend), positions.slice(1))
    },
    log,
  ),
]
