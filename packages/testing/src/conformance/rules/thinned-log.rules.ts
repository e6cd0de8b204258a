import { deepEqual, equal } from "node:assert/strict"

import type { Append, Backend, Position, ReadQuery } from "@millrace/core/backend"

import { appended, appendOne, store, to } from "../build/appending.ts"
import { ensure, G, infoOf } from "../build/groups.ts"
import { event, events } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { workOff } from "../build/settles.ts"
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

/** A log from which retention of one category has taken messages: what is left of it, and how it goes on. */
export const thinnedLogRules: readonly Rule[] = [
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
    "read of several streams tells whether more follows where retention has taken the beginning of the next one [L9.d lesson 10]",
    async ({ backend }) => {
      // One write holds the beginning of the stream that is trimmed, and something else that stays.
      const mixed = ["user-1", "cart-1"].flatMap((streamId) => to(streamId, events(streamId, 1)).streams)
      appended(await appendOne(backend, { streams: mixed }))
      await store(backend, ...events("user-1", 2), event("cart-1"))
      await backend.operator.trimCategory("user", { keep: 1 })
      const streams = [{ streamId: "cart-1" }, { streamId: "user-1" }]
      for (const include of ["events", "all"] as const) {
        for (const direction of ["forward", "backward"] as const) {
          for (const [limit, more] of [
            [1, true],
            [2, true],
            [3, false],
          ] as const) {
            const page = await backend.read({ from: "streams", streams, include, direction, limit })
            deepEqual([page.messages.length, page.more], [limit, more])
          }
        }
      }
    },
  ),

  rule(
    "streams lists the most recently appended to first, those that retention has emptied among them [L9.d S35.c]",
    async ({ backend }) => {
      await store(backend, ...["order-1", "user-1", "cart-1", "user-2"].map((streamId) => event(streamId)))
      await backend.operator.trimCategory("cart", { keep: 0 })
      for (const limit of [1, 2, 3, 4]) {
        const streams = await backend.operator.streams({ by: "recent", limit })
        deepEqual(
          streams.map(({ streamId, messages }) => [streamId, messages]),
          Object.entries({ "user-2": 1, "cart-1": 0, "user-1": 1, "order-1": 1 }).slice(0, limit),
        )
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
