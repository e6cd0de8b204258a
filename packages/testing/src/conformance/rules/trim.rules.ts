import { deepEqual, equal } from "node:assert/strict"

import type { Append } from "@millrace/core/backend"

import { appended, appendOne, store, to } from "../build/appending.ts"
import { claimLanes, claimPartition, positionsIn } from "../build/claims.ts"
import { ensure, G, infoOf } from "../build/groups.ts"
import { openLanes, park } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { readAll, readStream } from "../build/reading.ts"
import { allDone, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

/** An instant that no rule reaches. */
const FAR = Date.UTC(2200, 0, 1)

/** Retention. */
export const trimRules: readonly Rule[] = [
  rule(
    "trim removes messages up to a position; versions and positions go on as before",
    async ({ backend }) => {
      const positions = await store(backend, ...events("a", 3), event("b"))
      const [, second = 0, third = 0, last = 0] = positions
      deepEqual(await backend.operator.trim(second), { removed: 2, trimmedTo: second, heldBackBy: [] })
      const page = await backend.read({ from: "log", limit: 9 })
      deepEqual(
        [page.messages.map(({ position }) => position), page.trimmedTo, page.head],
        [[third, last], second, last],
      )
      const next = appended(await appendOne(backend, to("a", [event("a")], 3)))
      deepEqual([next.streams, next.position > last], [[{ streamId: "a", version: 4 }], true])
      const stats = await backend.operator.stats()
      deepEqual([stats.messages, stats.trimmedTo, stats.head], [3, second, next.position])
      deepEqual(
        (await readStream(backend, "a")).map(({ version }) => version),
        [3, 4],
      )
    },
    { partitions: 4 },
  ),

  rule(
    "trim of a whole stream keeps its version, and the head when all is gone [S31.c lesson 10]",
    async ({ backend }) => {
      const [, last = 0] = await store(backend, ...events("a", 2))
      await backend.operator.trim(last)
      const { head, trimmedTo, messages } = await backend.read({ from: "log", limit: 9 })
      deepEqual([head, trimmedTo, messages], [last, last, []])
      equal((await appendOne(backend, to("a", [event("a")], "no-stream"))).kind, "conflict")
      const next = appended(await appendOne(backend, to("a", [event("a")], 2)))
      deepEqual([next.streams, next.position > last], [[{ streamId: "a", version: 3 }], true])
    },
  ),

  rule("trim never goes past what a group has not settled, and names the groups [L9.d]", async ({ backend }) => {
    for (const group of ["slow", "quick", "other"])
      await ensure(backend, { group, types: group === "other" ? ["unused"] : ["noted"] })
    const positions = await store(backend, ...events("a", 4), event("b"))
    await workOff(backend, { group: "quick" })
    await settle(backend, allDone(await claimPartition(backend, { group: "slow", limit: 2 })))
    const last = positions.at(-1) ?? 0
    deepEqual(await backend.operator.trim(last), { removed: 2, trimmedTo: positions[1], heldBackBy: ["slow"] })
    deepEqual(await workOff(backend, { group: "slow" }), positions.slice(2))
    const rest = await backend.operator.trim(last)
    deepEqual([rest.removed, rest.heldBackBy], [3, []])
  }),

  rule(
    "trim counts what a group does not want as settled, and what is stopped as waiting [L9.d]",
    async ({ backend }) => {
      await ensure(backend)
      const positions = await store(
        backend,
        event("a", { type: "unwanted" }),
        event("a", { type: "unwanted" }),
        event("a"),
      )
      await backend.operator.stopGroup(G, { reason: "r" })
      const result = await backend.operator.trim(positions.at(-1) ?? 0)
      deepEqual([result.removed, result.heldBackBy], [2, [G]])
    },
  ),

  rule(
    "trim is held back by a parked lane, unless forced: then the lane keeps its message [L9.d S43.c]",
    async ({ backend }) => {
      await ensure(backend)
      const dead = event("a", { payload: "dead letter" })
      const [first = 0, second = 0, third = 0] = await store(backend, dead, event("b"), event("a"))
      await park(backend, ["a"])
      const held = await backend.operator.trim(third)
      deepEqual([held.removed, held.heldBackBy], [0, [G]])
      const forced = await backend.operator.trim(second, { force: true })
      deepEqual([forced.removed, forced.trimmedTo], [2, second])
      deepEqual(
        (await readAll(backend)).map(({ position }) => position),
        [third],
      )
      await backend.operator.retryLanes(G)
      const lane = await claimLanes(backend)
      deepEqual(
        lane.messages.map(({ message, attempt }) => [message.id, message.payload, message.position, attempt])[0],
        [dead.id, "dead letter", first, 2],
      )
      deepEqual(
        lane.messages.map(({ message }) => message.position),
        [first, third],
      )
      await settle(backend, allDone(lane))
      deepEqual([await openLanes(backend), (await infoOf(backend)).lag], [[], 0])
    },
  ),

  rule(
    "trim with force leaves a lane its message, which counts in its slices like any other [L9.d S43.c]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0, second = 0, third = 0] = await store(backend, ...events("a", 3))
      await park(backend, ["a"])
      await backend.operator.trim(first, { force: true })
      await backend.operator.retryLanes(G)
      const alone = await claimLanes(backend, { limit: 1 })
      deepEqual([positionsIn(alone), (alone.lanes[0]?.scannedTo ?? 0) < second], [[first], true])
      await settle(backend, allDone(alone))
      deepEqual(positionsIn(await claimLanes(backend)), [second, third])
    },
  ),

  rule("trim with force lists what a group will never get [L9.d lesson 37]", async ({ backend }) => {
    await ensure(backend)
    const positions = await store(backend, event("a"), event("a", { type: "unwanted" }), event("b"), event("a"))
    const [first = 0, , third = 0, fourth = 0] = positions
    equal((await backend.operator.trim(third, { force: true })).removed, 3)
    deepEqual(await workOff(backend), [fourth])
    const { skips, skipped, lag } = await infoOf(backend)
    deepEqual(
      skips.map(({ position, how }) => [position, how]),
      [
        [first, "trimmed"],
        [third, "trimmed"],
      ],
    )
    deepEqual([skipped, lag], [2, 0])
  }),

  rule("trim takes idempotency keys with their messages, and keeps those of the others [M2.b]", async ({ backend }) => {
    const keyed = (idempotencyKey: string) => to("a", [event("a")], "any", { idempotencyKey, fingerprint: "f" })
    const later = (): Append => ({
      streams: [],
      schedules: [{ message: event("a"), at: FAR }],
      idempotencyKey: "later",
      fingerprint: "f",
    })
    await appendOne(backend, later())
    const verdicts = await backend.append([keyed("old"), keyed("young")])
    const [old] = verdicts.map((verdict) => appended(verdict).position)
    await backend.operator.trim(old ?? 0)
    equal((await appendOne(backend, later())).kind, "appended")
    equal((await appendOne(backend, keyed("young"))).kind, "duplicate")
    equal((await appendOne(backend, keyed("old"))).kind, "appended")
  }),

  rule("trim keeps the key of an append that it removes in part [M2.b]", async ({ backend }) => {
    const keyed = () => to("a", events("a", 2), "any", { idempotencyKey: "k", fingerprint: "f" })
    const { firstPosition, position } = appended(await appendOne(backend, keyed()))
    await backend.operator.trim(firstPosition)
    deepEqual(await appendOne(backend, keyed()), { kind: "duplicate", of: { firstPosition, position } })
  }),

  rule("trim twice, or to a lower position, removes nothing more", async ({ backend }) => {
    const [first = 0, second = 0] = await store(backend, ...events("a", 3))
    await backend.operator.trim(second)
    deepEqual(await backend.operator.trim(second), { removed: 0, trimmedTo: second, heldBackBy: [] })
    deepEqual(await backend.operator.trim(first), { removed: 0, trimmedTo: second, heldBackBy: [] })
  }),

  rule(
    "resetGroup that dissolves a lane lists the message which only the lane still had [L9.d lesson 37]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0, second = 0] = await store(backend, ...events("a", 2))
      await park(backend, ["a"])
      await backend.operator.trim(first, { force: true })
      await backend.operator.resetGroup(G, { at: "beginning" })
      deepEqual([await openLanes(backend), await workOff(backend)], [[], [second]])
      deepEqual(
        (await infoOf(backend)).skips.map(({ position, how }) => [position, how]),
        [[first, "trimmed"]],
      )
    },
  ),

  rule(
    "trim with force leaves a keyed lane the first message ahead of it until the lane has passed that one [L9.d S25.a]",
    async ({ backend }) => {
      await ensure(backend, { order: "key" })
      const [first = 0, second = 0, third = 0] = await store(backend, event("cart-1"), event("user-1"), event("cart-2"))
      const slice = await claimPartition(backend)
      const deferral = { as: "retry", position: first, failures: 1, retryAt: 0 } as const
      const part = { key: "cart", from: first, doneTo: first - 1, deferral }
      await settle(backend, { lease: slice.lease, checkpoint: third, parts: [part] })
      const lane = await claimLanes(backend, { limit: 1 })
      await settle(backend, allDone(lane))
      await backend.operator.trim(second, { force: true })
      const next = await claimLanes(backend)
      deepEqual(positionsIn(next), [second, third])
      const behind = { as: "retry", position: second, failures: 1, retryAt: 0 } as const
      await settle(backend, {
        lease: next.lease,
        parts: [{ key: "cart", from: second, doneTo: first, deferral: behind }],
      })
      deepEqual(positionsIn(await claimLanes(backend)), [second, third])
    },
  ),

  rule("a group created after a trim begins at what is left", async ({ backend }) => {
    const positions = await store(backend, ...events("a", 3))
    await backend.operator.trim(positions[1] ?? 0)
    await ensure(backend, { start: { at: "beginning" } })
    deepEqual(await workOff(backend), positions.slice(2))
    equal((await infoOf(backend)).lag, 0)
  }),

  rule("resetGroup after a trim delivers what is left", async ({ backend }) => {
    await ensure(backend)
    const positions = await store(backend, ...events("a", 3))
    await workOff(backend)
    await backend.operator.trim(positions[0] ?? 0)
    await backend.operator.resetGroup(G, { at: "beginning" })
    deepEqual(await workOff(backend), positions.slice(1))
  }),

  rule(
    "resetGroup to below the end of a forced trim hands out nothing of what was trimmed [L9.d lesson 37]",
    async ({ backend }) => {
      await ensure(backend)
      const positions = await store(backend, ...events("a", 4))
      const [first = 0, , third = 0] = positions
      equal((await infoOf(backend)).lag, 4)
      await backend.operator.trim(third, { force: true })
      await backend.operator.resetGroup(G, { at: "position", position: first })
      equal((await infoOf(backend)).lag, 1)
      deepEqual(await workOff(backend), positions.slice(3))
    },
  ),
]
