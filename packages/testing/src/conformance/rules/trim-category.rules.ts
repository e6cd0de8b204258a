import { deepEqual, equal } from "node:assert/strict"

import type { Append, Backend, Position, ReadQuery } from "@millrace/core/backend"

import { appended, appendOne, store, to } from "../build/appending.ts"
import { claimLanes, claimPartition } from "../build/claims.ts"
import { ensure, G, infoOf } from "../build/groups.ts"
import { openLanes, park } from "../build/lanes.ts"
import { command, event, events } from "../build/messages.ts"
import { readAll, readStream } from "../build/reading.ts"
import { refuses } from "../build/refusal.ts"
import { allDone, settle, workOff } from "../build/settles.ts"
import { moved, recordsOf } from "../build/transfer.ts"
import { type Rule, rule } from "../rule.ts"

/** The positions that are taken. */
async function left(backend: Backend): Promise<readonly Position[]> {
  return (await readAll(backend)).map(({ position }) => position)
}

/** An append whose first message is of one category and whose last is of another, with an idempotency key. */
function mixedUp(idempotencyKey = "mixed"): Append {
  const streams = ["user-1", "cart-1"].map((streamId) => ({
    streamId,
    expected: "any" as const,
    messages: [event(streamId)],
  }))
  return { streams, idempotencyKey, fingerprint: "f" }
}

/** The idempotency keys that the log has. */
async function keysOf(backend: Backend): Promise<readonly string[]> {
  return (await recordsOf(backend)).flatMap((record) => (record.kind === "key" ? [record.key] : [])).toSorted()
}

/** The positions of all pages of a query, each page as full as it was asked for where more follows. */
async function paged(
  backend: Backend,
  query: Extract<ReadQuery, { readonly from: "log" | "correlation" }>,
): Promise<readonly Position[]> {
  const found: Position[] = []
  for (let after = 0; ;) {
    const { messages, more } = await backend.read({ ...query, after })
    found.push(...messages.map(({ position }) => position))
    const last = messages.at(-1)
    if (!more || last === undefined) return found
    equal(messages.length, query.limit, "a page before the last one is full")
    after = last.position
  }
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

  rule(
    "trimCategory takes an idempotency key with the last message of its append, and keeps it before [L9.d M2.b]",
    async ({ backend }) => {
      const keyed = (idempotencyKey: string, ...streams: readonly string[]) => ({
        streams: streams.map((streamId) => ({ streamId, expected: "any" as const, messages: [event(streamId)] })),
        idempotencyKey,
        fingerprint: "f",
      })
      const whole = keyed("whole", "cart-1")
      const mixed = keyed("mixed", "user-1", "cart-1")
      for (const append of [whole, mixed]) appended(await appendOne(backend, append))
      await backend.operator.trimCategory("cart", { keep: 0 })
      equal((await appendOne(backend, keyed("mixed", "user-1", "cart-1"))).kind, "duplicate")
      equal((await appendOne(backend, keyed("whole", "cart-1"))).kind, "appended")
      await backend.operator.trimCategory("user", { keep: 0 })
      equal((await appendOne(backend, keyed("mixed", "user-1", "cart-1"))).kind, "appended")
    },
  ),

  rule(
    "trimCategory leaves a log that groups are created, dated and reset on, and that trim goes through, as on any other [L9.d]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      const before = await store(backend, ...events("cart-1", 2), event("user-1"), event("cart-1"))
      await workOff(backend)
      await log.advance(10_000)
      const after = await store(backend, event("cart-2"), event("user-1"), event("cart-2"))
      const date = Date.parse((await readAll(backend)).at(-1)?.recordedAt ?? "")
      await workOff(backend)
      await backend.operator.trimCategory("cart", { keep: 1 })
      const rest = [before[2], after[1], after[2]]
      await ensure(backend, { group: "new" })
      deepEqual(await workOff(backend, { group: "new" }), rest)
      await ensure(backend, { group: "dated", start: { at: "date", date } })
      deepEqual(await workOff(backend, { group: "dated" }), rest.slice(1))
      await backend.operator.resetGroup(G, { at: "beginning" })
      equal((await infoOf(backend)).lag, 3)
      deepEqual(await workOff(backend), rest)
      const trimmed = await backend.operator.trim(after[1] ?? 0)
      deepEqual([trimmed.removed, (await backend.operator.stats()).messages], [2, 1])
      deepEqual(await left(backend), rest.slice(2))
    },
    { partitions: 4 },
  ),

  rule(
    "read fills its pages where trimCategory left empty places, and tells whether more follows [L9.d lesson 10]",
    async ({ backend }) => {
      const [start = 0] = await store(backend, event("user-1"))
      const { id: correlationId } = (await readAll(backend))[0] ?? event("nobody-1")
      for (let count = 0; count < 5; count += 1) {
        const gone = events("cart-1", 3, { type: "added", correlationId })
        const stays = events("user-1", 1, { correlationId })
        const streams = { "cart-1": gone, "user-1": stays }
        const parts = Object.entries(streams).map(([streamId, messages]) => to(streamId, messages).streams)
        appended(await appendOne(backend, { streams: parts.flat() }))
      }
      const last = (await store(backend, event("user-2", { type: "added", correlationId }))).at(-1) ?? 0
      await backend.operator.trimCategory("cart", { keep: 0 })
      const rest = await left(backend)
      deepEqual([rest.length, rest[0], rest.at(-1)], [7, start, last])
      for (const limit of [1, 2]) {
        deepEqual(await paged(backend, { from: "log", limit }), rest)
        deepEqual(await paged(backend, { from: "log", limit, types: ["noted"] }), rest.slice(0, -1))
        deepEqual(await paged(backend, { from: "log", limit, types: ["added"] }), [last])
        deepEqual(await paged(backend, { from: "correlation", correlationId, limit }), rest)
        const { messages, more } = await backend.read({ from: "log", limit, direction: "backward" })
        deepEqual([messages.map(({ position }) => position), more], [rest.toReversed().slice(0, limit), true])
      }
    },
  ),

  rule(
    "trim takes the idempotency key of an append whose other messages trimCategory took [L9.d M2.b]",
    async ({ backend }) => {
      const { firstPosition } = appended(await appendOne(backend, mixedUp()))
      await store(backend, event("user-1"))
      await backend.operator.trimCategory("cart", { keep: 0 })
      equal((await appendOne(backend, mixedUp())).kind, "duplicate")
      await backend.operator.trim(firstPosition)
      deepEqual(await keysOf(backend), [])
      equal((await appendOne(backend, mixedUp())).kind, "appended")
    },
  ),

  rule(
    "restored idempotency keys go with the last messages of their appends, by trim and by trimCategory [L9.d M2.b]",
    async ({ backend }) => {
      const [one, two] = ["one", "two"]
      const first = appended(await appendOne(backend, mixedUp(one)))
      appended(await appendOne(backend, mixedUp(two)))
      await store(backend, event("user-1"))
      await moved(backend)
      await backend.operator.trimCategory("cart", { keep: 0 })
      deepEqual(await keysOf(backend), [one, two])
      await backend.operator.trim(first.firstPosition)
      deepEqual(await keysOf(backend), [two])
      await backend.operator.trimCategory("user", { keep: 0 })
      deepEqual(await keysOf(backend), [])
      for (const key of [one, two]) equal((await appendOne(backend, mixedUp(key))).kind, "appended")
    },
  ),

  rule("trimCategory refuses a category that no stream can have, and numbers that are none", async ({ backend }) => {
    for (const category of ["", "cart-1"])
      await refuses("invalid", backend.operator.trimCategory(category, { keep: 1 }))
    for (const how of [{ keep: -1 }, { keep: 0.5 }, { keep: 1, limit: 0 }])
      await refuses("invalid", backend.operator.trimCategory("cart", how))
  }),

  rule(
    "restore makes a log that trimCategory took from, with its empty places, and it goes on where it was",
    async ({ backend }) => {
      await store(backend, ...events("cart-1", 2), event("user-1"), ...events("cart-2", 2), event("user-1"))
      const last = (await store(backend, event("cart-3"))).at(-1) ?? 0
      await backend.operator.trimCategory("cart", { keep: 2 })
      await backend.operator.trimCategory("cart", { keep: 0 })
      const before = await recordsOf(backend)
      const facts = async () => {
        const { messages, streams, head, trimmed } = await backend.operator.stats()
        return [messages, streams, head, trimmed, await backend.operator.streams({ by: "id", limit: 9 })]
      }
      const figures = await facts()
      await moved(backend)
      deepEqual([await recordsOf(backend), await facts()], [before, figures])
      equal((await appendOne(backend, to("cart-3", [event("cart-3")], "no-stream"))).kind, "conflict")
      const next = appended(await appendOne(backend, to("cart-1", [event("cart-1")], 2)))
      deepEqual([next.position > last, next.streams], [true, [{ streamId: "cart-1", version: 3 }]])
      deepEqual((await left(backend)).at(-1), next.position)
    },
    { partitions: 4 },
  ),
]
