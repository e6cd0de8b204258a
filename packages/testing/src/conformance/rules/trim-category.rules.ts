import { deepEqual, equal } from "node:assert/strict"

import type { Backend, Position } from "@millrace/core/backend"

import { appended, appendOne, store, to } from "../build/appending.ts"
import { claimLanes, claimPartition } from "../build/claims.ts"
import { ensure, G, infoOf } from "../build/groups.ts"
import { openLanes, park } from "../build/lanes.ts"
import { command, event, events } from "../build/messages.ts"
import { readAll, readStream } from "../build/reading.ts"
import { refuses } from "../build/refusal.ts"
import { allDone, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

/** The positions that are taken. */
async function left(backend: Backend): Promise<readonly Position[]> {
  return (await readAll(backend)).map(({ position }) => position)
}

/** The positions listed as never handed out, and how many there were. */
async function skips(backend: Backend): Promise<unknown> {
  const { skips: listed, skipped } = await infoOf(backend)
  return [listed.map(({ position, how }) => [position, how]), skipped]
}

/** Retention of one category. */
export const trimCategoryRules: readonly Rule[] = [
  rule(
    "trimCategory removes the oldest of a category's streams, and nothing of any other [L9.d]",
    async ({ backend }) => {
      const stored = await store(
        backend,
        ...["cart-1", "cart", "user-1"].map((streamId) => event(streamId)),
        command("cart-1"),
        ...["cartoon-1", "cart-2", "user-1", "cart-1", "cart.b"].map((streamId) => event(streamId)),
        command("cart-2"),
      )
      const [one = 0, own = 0, user = 0, note = 0, ...rest] = stored
      const result = await backend.operator.trimCategory("cart", { keep: 3 })
      deepEqual(result, { removed: 3, more: false, trimmedTo: note, heldBackBy: [] })
      deepEqual(await left(backend), [user, ...rest])
      const page = await backend.read({ from: "log", types: ["noted", "note"], limit: 9 })
      deepEqual([page.messages.length, page.trimmedTo], [7, 0])
      deepEqual((await backend.read({ from: "log", limit: 9, direction: "backward" })).messages.length, 7)
      const { messages, streams, head, trimmed, unhandled } = await backend.operator.stats()
      deepEqual([messages, streams, head], [7, 6, stored.at(-1)])
      deepEqual(trimmed, [{ category: "cart", trimmedTo: note, removed: 3 }])
      deepEqual(unhandled, [{ type: "note", messages: 1 }])
      equal(one < own, true)
    },
    { partitions: 4 },
  ),

  rule(
    "trimCategory lets versions and positions go on, and forgets the ids of what it took [L9.d S31.c]",
    async ({ backend }) => {
      const again = event("cart-1")
      const stored = await store(backend, again, event("user-1"), ...events("cart-1", 2), event("cart-2"))
      await backend.operator.trimCategory("cart", { keep: 2 })
      deepEqual(
        (await readStream(backend, "cart-1")).map(({ version }) => version),
        [3],
      )
      await backend.operator.trimCategory("cart", { keep: 0 })
      deepEqual(await left(backend), [stored[1]])
      const infos = await backend.operator.streams({ by: "id", category: "cart", limit: 9 })
      deepEqual(
        infos.map(({ streamId, version, messages, lastPosition }) => [streamId, version, messages, lastPosition]),
        [
          ["cart-1", 3, 0, stored[3]],
          ["cart-2", 1, 0, stored[4]],
        ],
      )
      equal((await appendOne(backend, to("cart-1", [again], "no-stream"))).kind, "conflict")
      const next = appended(await appendOne(backend, to("cart-1", [again], 3)))
      deepEqual([next.position > (stored.at(-1) ?? 0), next.streams], [true, [{ streamId: "cart-1", version: 4 }]])
      const from = await backend.read({ from: "streams", streams: [{ streamId: "cart-1", after: 2 }], limit: 9 })
      deepEqual([from.messages.map(({ version }) => version), from.more], [[4], false])
      const byId = await backend.read({ from: "ids", ids: [again.id] })
      const conversation = await backend.read({ from: "correlation", correlationId: again.id, limit: 9 })
      deepEqual(
        [byId, conversation].map(({ messages }) => messages.map(({ position }) => position)),
        [[next.position], [next.position]],
      )
    },
    { partitions: 4 },
  ),

  rule("trimCategory removes at most its limit a call, and goes on in the next [L9.d]", async ({ backend }) => {
    const stored = await store(backend, ...events("cart-1", 3), event("user-1"), ...events("cart-2", 2))
    const trim = () => backend.operator.trimCategory("cart", { keep: 1, limit: 3 })
    deepEqual(await trim(), { removed: 3, more: true, trimmedTo: stored[2], heldBackBy: [] })
    deepEqual(await trim(), { removed: 1, more: false, trimmedTo: stored[4], heldBackBy: [] })
    deepEqual(await trim(), { removed: 0, more: false, trimmedTo: stored[4], heldBackBy: [] })
    deepEqual(await left(backend), [stored[3], stored[5]])
    deepEqual((await backend.operator.stats()).trimmed, [{ category: "cart", trimmedTo: stored[4], removed: 4 }])
    const empty = { removed: 0, trimmedTo: stored[2], heldBackBy: [] }
    deepEqual(await backend.operator.trim(stored[2] ?? 0), empty)
    const none = { removed: 0, more: false, trimmedTo: 0, heldBackBy: [] }
    deepEqual(await backend.operator.trimCategory("nobody", { keep: 0 }), none)
  }),

  rule(
    "trimCategory never goes past what a group has not settled of the category, and names the groups [L9.d]",
    async ({ backend }) => {
      for (const group of ["slow", "quick", "other"])
        await ensure(backend, { group, types: group === "other" ? ["unwanted"] : ["noted"] })
      const unwanted = event("cart-1", { type: "unwanted" })
      const stored = await store(backend, event("user-1"), ...events("cart-1", 2), unwanted, ...events("cart-1", 2))
      await workOff(backend, { group: "quick" })
      await settle(backend, allDone(await claimPartition(backend, { group: "slow", limit: 2 })))
      const held = await backend.operator.trimCategory("cart", { keep: 0 })
      deepEqual(held, { removed: 1, more: true, trimmedTo: stored[1], heldBackBy: ["other", "slow"] })
      await workOff(backend, { group: "other", types: ["unwanted"] })
      deepEqual(await workOff(backend, { group: "slow" }), [stored[2], stored[4], stored[5]])
      const rest = await backend.operator.trimCategory("cart", { keep: 0 })
      deepEqual([rest.removed, rest.heldBackBy], [4, []])
    },
  ),

  rule(
    "trimCategory is held back by a parked lane of its category alone, unless forced: then the lane keeps its message [L9.d S43.c]",
    async ({ backend }) => {
      await ensure(backend)
      const dead = event("cart-1", { payload: "dead letter" })
      const stored = await store(backend, dead, event("user-1"), event("cart-1"), event("cart-2"), event("user-1"))
      await park(backend, ["cart-1", "user-1"])
      const trim = (force: boolean) => backend.operator.trimCategory("cart", { keep: 1, force })
      deepEqual(await trim(false), { removed: 0, more: true, trimmedTo: 0, heldBackBy: [G] })
      const taken = await trim(true)
      deepEqual([taken.removed, taken.trimmedTo, taken.heldBackBy], [2, stored[2], []])
      deepEqual(await left(backend), [stored[1], stored[3], stored[4]])
      deepEqual(await skips(backend), [[[stored[2], "trimmed"]], 1])
      await backend.operator.retryLanes(G, ["cart-1"])
      const lane = await claimLanes(backend)
      deepEqual(
        lane.messages.map(({ message, attempt }) => [message.id, message.payload, message.position, attempt]),
        [[dead.id, "dead letter", stored[0], 2]],
      )
      await settle(backend, allDone(lane))
      deepEqual([await openLanes(backend), (await infoOf(backend)).lag], [["user-1"], 2])
      const rest = await backend.operator.trimCategory("cart", { keep: 0 })
      deepEqual([rest.removed, rest.heldBackBy], [1, []])
    },
  ),

  rule(
    "trimCategory with force fences what it takes from, and lists what a group will never get [L9.d lesson 37]",
    async ({ backend }) => {
      await ensure(backend)
      const unwanted = event("cart-1", { type: "unwanted" })
      const stored = await store(backend, event("cart-1"), unwanted, event("user-1"), ...events("cart-1", 2))
      const slice = await claimPartition(backend)
      const forced = await backend.operator.trimCategory("cart", { keep: 1, force: true })
      deepEqual([forced.removed, forced.heldBackBy], [3, []])
      equal((await backend.settle(allDone(slice))).kind, "fenced")
      deepEqual(await skips(backend), [
        [
          [stored[0], "trimmed"],
          [stored[3], "trimmed"],
        ],
        2,
      ])
      deepEqual(await workOff(backend), [stored[2], stored[4]])
      equal((await infoOf(backend)).lag, 0)
    },
  ),

  rule(
    "trimCategory is held back, even with force, by a lane of a group in key order that may want the message [L9.d S25.a]",
    async ({ backend }) => {
      await ensure(backend, { order: "key" })
      const [first = 0, second = 0, third = 0] = await store(backend, ...events("cart-1", 2), event("cart-2"))
      const slice = await claimPartition(backend)
      const deferral = { as: "park", position: second, failures: 1 } as const
      const part = { key: "x", from: second, doneTo: second - 1, deferral }
      await settle(backend, { lease: slice.lease, checkpoint: third, parts: [part] })
      const held = await backend.operator.trimCategory("cart", { keep: 0, force: true })
      deepEqual(held, { removed: 1, more: true, trimmedTo: first, heldBackBy: [G] })
    },
  ),

  rule("trimCategory refuses a category that no stream can have, and numbers that are none", async ({ backend }) => {
    for (const category of ["", "cart-1"])
      await refuses("invalid", backend.operator.trimCategory(category, { keep: 1 }))
    for (const how of [{ keep: -1 }, { keep: 0.5 }, { keep: 1, limit: 0 }])
      await refuses("invalid", backend.operator.trimCategory("cart", how))
  }),
]
