import { deepEqual, equal, ok } from "node:assert/strict"

import { PROCESS_TTL_MS } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimNothing, claimPartition } from "../build/claims.ts"
import { ensure, owner } from "../build/groups.ts"
import { handOver } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { beat, factsOf, joinHeld, supersede } from "../build/processes.ts"
import { allDone, settle } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const [first, second] = [owner("worker", 1), owner("worker", 2)]

/** Process names: joined, challenged, taken, left. */
export const processRules: readonly Rule[] = [
  rule("heartbeat lets a process join under a free name, and lists it [S40.a]", async ({ backend }) => {
    deepEqual(await beat(backend, first, "join"), { kind: "ok" })
    deepEqual(await beat(backend, first, "beat"), { kind: "ok" })
    deepEqual(await beat(backend, first, "join"), { kind: "ok" }, "the same boot may join again")
    const [process, ...others] = await backend.operator.processes()
    const { startedAt = 0, seenAt = 0, ...rest } = process ?? {}
    deepEqual(rest, { ...first, ...factsOf(first), live: true, leases: 0 })
    ok(startedAt > 0 && seenAt >= startedAt)
    equal(others.length, 0)
  }),

  rule(
    "heartbeat refuses a newcomer the name of a live process and tells who holds it [L4.b lesson 8]",
    async ({ backend }) => {
      await beat(backend, first, "join")
      const held = await joinHeld(backend, second)
      deepEqual([held.bootId, held.host, held.pid], [first.bootId, ...Object.values(factsOf(first))])
      deepEqual(await beat(backend, first, "beat"), { kind: "ok" })
      equal((await backend.operator.processes()).length, 1)
    },
  ),

  rule(
    "heartbeat of the holder answers a challenge: the newcomer can not take the name [L4.b]",
    async ({ backend }) => {
      await beat(backend, first, "join")
      const held = await joinHeld(backend, second)
      await beat(backend, first, "beat")
      const refused = await supersede(backend, second, held)
      ok(refused.kind === "held" && refused.bootId === first.bootId && refused.beats > held.beats)
      deepEqual(await beat(backend, first, "beat"), { kind: "ok" })
    },
  ),

  rule(
    "heartbeat gives the name of a silent holder to the newcomer, fences the old boot and hands on its leases at once [L4.b S41.c lesson 30]",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      await beat(backend, first, "join")
      const slice = await claimPartition(backend, { owner: first })
      const held = await joinHeld(backend, second)
      deepEqual(await supersede(backend, second, held), { kind: "ok" })
      deepEqual(await beat(backend, first, "beat"), { kind: "fenced", bootId: second.bootId })
      equal((await claimPartition(backend, { owner: second })).lease.partition, slice.lease.partition)
      deepEqual(await backend.settle(allDone(slice)), { kind: "fenced" })
      deepEqual(
        (await backend.operator.processes()).filter(({ live }) => live).map(({ bootId }) => bootId),
        [second.bootId],
      )
    },
  ),

  rule("heartbeat lets one of two newcomers take a name [L4.b]", async ({ backend, reopen }) => {
    const other = await reopen()
    const third = owner("worker", 3)
    await beat(backend, first, "join")
    const held = await joinHeld(backend, second)
    await joinHeld(other, third)
    const answers = await Promise.all([supersede(backend, second, held), supersede(other, third, held)])
    deepEqual(answers.map(({ kind }) => kind).toSorted(), ["held", "ok"])
  }),

  rule(
    "heartbeat frees the name and the leases of a process that leaves, at once [S40.d L4.b]",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      await beat(backend, first, "join")
      const lease = await handOver(backend, "a", { owner: first })
      await store(backend, event("b"))
      const slice = await claimPartition(backend, { owner: first })
      await claimNothing(backend, { owner: owner("p2") })
      deepEqual(await beat(backend, first, "leave"), { kind: "ok" })
      const sources = [await claim(backend, { owner: owner("p2") }), await claim(backend, { owner: owner("p2") })]
      deepEqual(sources.map((one) => (one.kind === "slice" ? one.source : one.kind)).toSorted(), ["lanes", "partition"])
      deepEqual(await backend.settle(allDone(slice)), { kind: "fenced" })
      deepEqual(await backend.settle({ lease, parts: [] }), { kind: "fenced" })
      deepEqual(await beat(backend, second, "join"), { kind: "ok" })
    },
  ),

  rule(
    "heartbeat gives away the name of a process that was not heard for its span [lesson 8 lesson 30]",
    async ({ backend, advance }) => {
      await beat(backend, first, "join")
      await advance(PROCESS_TTL_MS + 1_000)
      deepEqual(
        (await backend.operator.processes()).map(({ live }) => live),
        [false],
      )
      deepEqual(await beat(backend, second, "join"), { kind: "ok" })
      deepEqual(await beat(backend, first, "beat"), { kind: "fenced", bootId: second.bootId })
    },
  ),

  rule(
    "claim counts a lease of a superseded process as taken over, and one of a process that left as free [L6.b lesson 34]",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      await beat(backend, first, "join")
      await claimPartition(backend, { owner: first })
      await supersede(backend, second, await joinHeld(backend, second))
      const taken = await claimPartition(backend, { owner: second })
      deepEqual([taken.takeovers, taken.messages.length], [1, 1])
      await settle(backend, allDone(taken))
      equal((await claimPartition(backend, { owner: second })).takeovers, 0)
      await beat(backend, second, "leave")
      equal((await claimPartition(backend, { owner: owner("p2") })).takeovers, 0)
    },
  ),

  rule("heartbeat keeps processes of different names apart", async ({ backend }) => {
    const names = ["a", "b", "A", "a "]
    for (const name of names) deepEqual(await beat(backend, owner(name), "join"), { kind: "ok" })
    deepEqual((await backend.operator.processes()).map(({ processName }) => processName).toSorted(), names.toSorted())
  }),

  rule("heartbeat by many boots of a new name lets one in [L4.b lesson 8]", async ({ backend, reopen }) => {
    const other = await reopen()
    const pulses = await Promise.all(
      Array.from({ length: 8 }, (_, at) => beat(at % 2 === 0 ? backend : other, owner("worker", at), "join")),
    )
    equal(pulses.filter(({ kind }) => kind === "ok").length, 1)
  }),

  rule(
    "claim prefers what a process of the same name held before, although others are needier [L4.b]",
    async ({ backend }) => {
      await ensure(backend)
      const streams = ["a", "b", "c", "d", "e", "f", "g", "h"]
      await store(backend, ...streams.map((streamId) => event(streamId)))
      await beat(backend, first, "join")
      await claimPartition(backend, { owner: owner("p1") })
      const held = await claimPartition(backend, { owner: first })
      await beat(backend, owner("p1"), "join")
      await beat(backend, owner("p1"), "leave")
      deepEqual(await supersede(backend, second, await joinHeld(backend, second)), { kind: "ok" })
      const own = await claimPartition(backend, { owner: second })
      equal(own.lease.partition, held.lease.partition)
    },
    { partitions: 4 },
  ),

  rule(
    "processes shows how many leases each holds, live ones first [S34.d]",
    async ({ backend, advance }) => {
      await ensure(backend)
      await store(backend, ...["a", "b", "c", "d", "e", "f", "g", "h"].map((streamId) => event(streamId)))
      await beat(backend, owner("gone"), "join")
      await advance(PROCESS_TTL_MS + 1_000)
      await beat(backend, owner("here"), "join")
      await claimPartition(backend, { owner: owner("here") })
      await claimPartition(backend, { owner: owner("here") })
      const listed = (await backend.operator.processes()).map(({ processName, live, leases }) => [
        processName,
        live,
        leases,
      ])
      deepEqual(listed, [
        ["here", true, 2],
        ["gone", false, 0],
      ])
    },
    { partitions: 4 },
  ),
]
