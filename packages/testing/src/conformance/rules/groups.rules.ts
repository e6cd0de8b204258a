import { deepEqual, equal } from "node:assert/strict"

import { store } from "../build/appending.ts"
import { claimPartition, positionsIn, storageNow } from "../build/claims.ts"
import { ensure, G, infoOf, owner } from "../build/groups.ts"
import { event, events } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

/** Creating groups: where they start, and in which order they work. */
export const groupRules: readonly Rule[] = [
  rule("ensureGroup creates a group once, and says so [S18.a]", async ({ backend }) => {
    deepEqual(await ensure(backend), { kind: "ensured", created: true, added: [], missing: [] })
    deepEqual(await ensure(backend), { kind: "ensured", created: false, added: [], missing: [] })
    const info = await infoOf(backend)
    deepEqual([info.group, info.order, info.status, info.epoch, info.lag], [G, "stream", "active", 0, 0])
    deepEqual(info.types, [{ type: "noted", since: 0 }])
  }),

  rule(
    "ensureGroup starts a group at the beginning, so that everything stored before is delivered [S44.a]",
    async ({ backend }) => {
      const before = await store(backend, ...events("a", 2))
      await ensure(backend, { start: { at: "beginning" } })
      const after = await store(backend, event("a"))
      deepEqual(await workOff(backend), [...before, ...after])
    },
    { partitions: 4 },
  ),

  rule(
    "ensureGroup starts a group now: only what is stored afterwards is delivered [S44.b]",
    async ({ backend }) => {
      await store(backend, ...events("a", 2), event("b"))
      await ensure(backend, { start: { at: "now" } })
      const after = await store(backend, event("a"), event("b"))
      deepEqual(
        (await workOff(backend)).toSorted((one, two) => one - two),
        after,
      )
    },
    { partitions: 4 },
  ),

  rule(
    "ensureGroup fixes now once: what is stored while nobody works is delivered later [S44.b lesson 13]",
    async ({ backend, advance }) => {
      await store(backend, event("a"))
      await ensure(backend, { start: { at: "now" } })
      const missed = await store(backend, event("a"), event("b"))
      await advance(200)
      equal((await ensure(backend, { start: { at: "now" }, owner: owner("p2") })).created, false)
      deepEqual(await workOff(backend), missed)
    },
  ),

  rule("ensureGroup starts a group after a position [S44.c]", async ({ backend }) => {
    const positions = await store(backend, ...events("a", 4))
    await ensure(backend, { start: { at: "position", position: positions[1] ?? 0 } })
    deepEqual(await workOff(backend), positions.slice(2))
  }),

  rule(
    "ensureGroup starts a group at the first message recorded at or after a date [S44.d]",
    async ({ backend, advance }) => {
      await store(backend, ...events("a", 2))
      await advance(50)
      const later = await store(backend, ...events("a", 2))
      const stored = await readAll(backend)
      const date = Date.parse(stored.find((message) => message.position === later[0])?.recordedAt ?? "")
      await ensure(backend, { start: { at: "date", date } })
      deepEqual(await workOff(backend), later)
    },
  ),

  rule(
    "ensureGroup starts a group at a date to come, at the first message recorded from then on [S44.d]",
    async ({ backend, advance }) => {
      await store(backend, event("a"))
      await ensure(backend, { start: { at: "date", date: (await storageNow(backend)) + 60_000 } })
      const later = await store(backend, event("a"))
      await advance(1)
      const delivered = await workOff(backend)
      deepEqual(
        delivered.filter((position) => !later.includes(position)),
        [],
        "nothing stored before is delivered",
      )
    },
  ),

  rule("ensureGroup uses the start point only when it creates the group [S44.b]", async ({ backend }) => {
    const positions = await store(backend, ...events("a", 2))
    await ensure(backend, { start: { at: "beginning" } })
    await ensure(backend, { start: { at: "now" } })
    deepEqual(await workOff(backend), positions)
    await ensure(backend, { start: { at: "beginning" } })
    deepEqual(await workOff(backend), [])
  }),

  rule("ensureGroup made through one backend object is there for another", async ({ backend, reopen }) => {
    const other = await reopen()
    const positions = await store(backend, event("a"))
    equal((await ensure(backend)).created, true)
    equal((await ensure(other)).created, false)
    deepEqual(positionsIn(await claimPartition(other)), positions)
  }),

  rule("ensureGroup by many at once creates the group once", async ({ backend, reopen }) => {
    const other = await reopen()
    const ensured = await Promise.all(
      Array.from({ length: 10 }, (_, at) => ensure(at % 2 === 0 ? backend : other, { owner: owner(`p${at}`) })),
    )
    equal(ensured.filter((one) => one.created).length, 1)
    equal((await backend.operator.groups()).length, 1)
  }),

  rule("ensureGroup refuses another order and changes nothing", async ({ backend }) => {
    const positions = await store(backend, event("a"), event("a", { type: "other" }))
    await ensure(backend)
    const spec = { group: G, start: { at: "now" }, types: ["noted", "other"], owner: owner(), maxLanes: 5 } as const
    deepEqual(await backend.ensureGroup({ ...spec, order: "log" }), { kind: "order-differs", stored: "stream" })
    deepEqual(await backend.ensureGroup({ ...spec, order: "key" }), { kind: "order-differs", stored: "stream" })
    deepEqual((await infoOf(backend)).types, [{ type: "noted", since: 0 }])
    deepEqual(await workOff(backend), positions.slice(0, 1))
  }),

  rule("groups work independently of one another: each gets every message it wants [S43.a]", async ({ backend }) => {
    const positions = await store(backend, ...events("a", 2), event("b", { type: "other" }))
    await ensure(backend, { group: "one" })
    await ensure(backend, { group: "two", types: ["noted", "other"] })
    deepEqual(await workOff(backend, { group: "one" }), positions.slice(0, 2))
    deepEqual(await workOff(backend, { group: "two", types: ["noted", "other"] }), positions)
  }),
]
