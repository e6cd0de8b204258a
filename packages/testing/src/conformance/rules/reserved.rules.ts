import { deepEqual, equal, ok } from "node:assert/strict"

import { PROCESS_TTL_MS } from "@millrace/core/backend"
import type { Backend, Owner, Slice } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimNothing, claimPartition, inShort, positionsIn, storageNow } from "../build/claims.ts"
import { ensure, owner } from "../build/groups.ts"
import { handOver, laneOf } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { beat, restart } from "../build/processes.ts"
import { allDone, settle } from "../build/settles.ts"
import { until } from "../build/until.ts"
import { type Rule, rule } from "../rule.ts"

const [first, second, third] = [owner("worker", 1), owner("worker", 2), owner("worker", 3)]
const other = owner("other")

/** A lease that ends within a rule. */
const SHORT_MS = 1_000

/** The first boot holds a lane of stream `a` and a partition's slice with stream `b`, and nothing else waits. */
async function holdBoth(backend: Backend) {
  await ensure(backend)
  await store(backend, event("a"))
  await beat(backend, first, "join")
  const lane = await handOver(backend, "a", { owner: first })
  await store(backend, event("b"))
  return { lane, slice: await claimPartition(backend, { owner: first }) }
}

/** Claims twice, and answers what sort of slices it got. */
async function claimBoth(backend: Backend, who: Owner): Promise<readonly string[]> {
  const sources: string[] = []
  for (let claims = 0; claims < 2; claims += 1) sources.push((await claimSome(backend, who)).source)
  return sources.toSorted()
}

async function claimSome(backend: Backend, who: Owner): Promise<Slice> {
  const slice = await claim(backend, { owner: who })
  if (slice.kind !== "slice")
    throw new Error(`expected ${who.processName} to be handed something, got ${inShort(slice)}`)
  return slice
}

/** What a dead process held is reserved for its name. */
export const reservedRules: readonly Rule[] = [
  rule(
    "claim hands what a superseded boot held to its name and to nobody else, lanes too [L4.b S41.c lesson 30]",
    async ({ backend }) => {
      await holdBoth(backend)
      const before = await claimNothing(backend, { owner: other })
      await restart(backend, second)
      const after = await claimNothing(backend, { owner: other })
      equal(after.nextAt, before.nextAt, "others may have it when the lease would have ended")
      deepEqual(await claimBoth(backend, second), ["lanes", "partition"])
      await claimNothing(backend, { owner: other })
    },
  ),

  rule(
    "claim hands what is reserved for a name to others from the end of its lease on, though its name never asks [L4.b L4.c lesson 46]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      const positions = await store(backend, ...events("a", 2))
      await beat(backend, first, "join")
      await claimPartition(backend, { owner: first, leaseMs: SHORT_MS })
      const { nextAt } = await claimNothing(backend, { owner: other })
      await restart(backend, second)
      equal((await claimNothing(backend, { owner: other })).nextAt, nextAt, "nobody lengthens it")
      const taken = await until(log, "a reserved lease to end", async () => {
        await beat(backend, second, "beat")
        const slice = await claim(backend, { owner: other })
        return slice.kind === "slice" ? slice : undefined
      })
      ok(nextAt !== null && (await storageNow(backend)) >= nextAt, "not before the lease would have ended")
      deepEqual([taken.takeovers, positionsIn(taken)], [1, positions.slice(0, 1)])
    },
  ),

  rule("claim hands a reserved lane to others from the end of its lease on [L4.b L4.c]", async (log) => {
    const { backend } = log
    await ensure(backend)
    await store(backend, event("a"))
    await beat(backend, first, "join")
    await handOver(backend, "a", { owner: first, leaseMs: SHORT_MS })
    const { nextAt } = await claimNothing(backend, { owner: other })
    await restart(backend, second)
    const taken = await until(log, "a reserved lane to fall due", async () => {
      const slice = await claim(backend, { owner: other })
      return slice.kind === "slice" ? slice : undefined
    })
    ok(nextAt !== null && (await storageNow(backend)) >= nextAt, "not before the lease would have ended")
    deepEqual([taken.source, taken.takeovers], ["lanes", 1])
  }),

  rule(
    "claim hands what is reserved for a name to it before anything that is needier [L4.b]",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, ...["a", "b", "c", "d", "e", "f", "g", "h"].map((streamId) => event(streamId)))
      await beat(backend, first, "join")
      const needier = await claimPartition(backend, { owner: owner("p1") })
      const held = await claimPartition(backend, { owner: first })
      await settle(backend, { lease: needier.lease, checkpoint: needier.from, parts: [] })
      await restart(backend, second)
      equal((await claimPartition(backend, { owner: second })).lease.partition, held.lease.partition)
      equal((await claimPartition(backend, { owner: other })).lease.partition, needier.lease.partition)
    },
    { partitions: 4 },
  ),

  rule("claim hands a reserved lane to its name before free work of the same partition [L4.b]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"))
    await beat(backend, first, "join")
    await handOver(backend, "a", { owner: first })
    await store(backend, event("b"))
    await restart(backend, second)
    equal((await claimSome(backend, second)).source, "lanes")
    equal((await claimSome(backend, other)).source, "partition")
    await claimNothing(backend, { owner: other })
  }),

  rule(
    "settle and extend of a superseded boot are refused at once, before anybody has claimed what it held [L4.b lesson 7]",
    async ({ backend }) => {
      const { lane, slice } = await holdBoth(backend)
      const before = await claimNothing(backend, { owner: other })
      await restart(backend, second)
      for (const lease of [slice.lease, lane]) equal(await backend.extend(lease, 900_000), false)
      deepEqual(await backend.settle(allDone(slice)), { kind: "fenced" })
      deepEqual(await backend.settle({ lease: lane, parts: [] }), { kind: "fenced" })
      equal((await claimNothing(backend, { owner: other })).nextAt, before.nextAt, "nothing was lengthened")
      deepEqual(await claimBoth(backend, second), ["lanes", "partition"])
    },
  ),

  rule(
    "heartbeat reserves what a boot held whose name is taken because it is no longer live [L4.b lesson 8]",
    async ({ backend, advance }) => {
      const { slice } = await holdBoth(backend)
      await advance(PROCESS_TTL_MS + 1_000)
      deepEqual(await beat(backend, second, "join"), { kind: "ok" })
      deepEqual(await backend.settle(allDone(slice)), { kind: "fenced" })
      await claimNothing(backend, { owner: other })
      deepEqual(await claimBoth(backend, second), ["lanes", "partition"])
    },
  ),

  rule(
    "claim hands what is reserved for a name to its next boot when this one dies too [L4.b]",
    async ({ backend }) => {
      await holdBoth(backend)
      await restart(backend, second)
      await restart(backend, third)
      await claimNothing(backend, { owner: other })
      deepEqual(await claimBoth(backend, third), ["lanes", "partition"])
    },
  ),

  rule("heartbeat frees what is reserved for the name of a process that leaves, at once [L4.b S40.d]", async (log) => {
    const { backend } = log
    await holdBoth(backend)
    await restart(backend, second)
    deepEqual(await beat(backend, first, "leave"), { kind: "ok" }, "it has nothing to leave any more")
    await claimNothing(backend, { owner: other })
    await beat(backend, second, "leave")
    deepEqual(await claimBoth(backend, other), ["lanes", "partition"])
  }),

  rule("processes and lanes show what is reserved as leased by nobody [L4.b S34.d]", async ({ backend }) => {
    await holdBoth(backend)
    const leases = async () => (await backend.operator.processes()).map((one) => [one.bootId, one.leases])
    deepEqual(await leases(), [[first.bootId, 2]])
    equal((await laneOf(backend, "a")).leasedBy, first.processName)
    await restart(backend, second)
    deepEqual(await leases(), [[second.bootId, 0]])
    equal((await laneOf(backend, "a")).leasedBy, undefined)
    await claimBoth(backend, second)
    deepEqual(await leases(), [[second.bootId, 2]])
  }),
]
