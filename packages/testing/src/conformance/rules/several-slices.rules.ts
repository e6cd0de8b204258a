import { deepEqual, equal, ok } from "node:assert/strict"

import type { Backend, Idle, PartitionSlice, Slice } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimNothing, claimPartition, LEASE_MS, positionsIn } from "../build/claims.ts"
import { ensure, G, owner } from "../build/groups.ts"
import { event, events } from "../build/messages.ts"
import { allDone, givenBack, settle } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const STREAMS = Array.from({ length: 12 }, (_, at) => `cart-${at}`)

/** Claims up to so many slices of the group at once. */
function claimSeveral(backend: Backend, slices: number): Promise<Slice | Idle> {
  const groups = [{ group: G, types: ["noted"], limit: 100, slices }]
  return backend.claim({ owner: owner(), groups, leaseMs: LEASE_MS })
}

/** A slice and those it brought along. */
function allOf(slice: Slice): readonly PartitionSlice[] {
  if (slice.source !== "partition") throw new Error("expected slices of partitions")
  return [slice, ...(slice.also ?? [])]
}

/** What claims and settles tell besides what was asked for. All of it may be left out; what is told has to be true. */
export const severalSlicesRules: readonly Rule[] = [
  rule(
    "claim hands out no more slices at once than were asked for, each of another partition and under a lease of its own [S41.a S41.b]",
    async ({ backend }) => {
      await ensure(backend)
      const positions = await store(backend, ...STREAMS.map((streamId) => event(streamId)))
      const delivered: number[] = []
      for (;;) {
        const found = await claimSeveral(backend, 3)
        if (found.kind === "idle") break
        const slices = allOf(found)
        ok(slices.length <= 3, `${slices.length} slices of 3`)
        equal(new Set(slices.map(({ lease }) => lease.partition)).size, slices.length)
        deepEqual(
          slices.map(({ group, lease }) => [group, lease.group]),
          slices.map(() => [G, G]),
        )
        ok(slices.slice(1).every(({ also, then }) => also === undefined && then === undefined))
        for (const slice of slices) {
          ok(
            slice.messages.every(({ message }) => message.position > slice.from && message.position <= slice.scannedTo),
          )
          delivered.push(...positionsIn(slice))
          await settle(backend, allDone(slice))
        }
      }
      deepEqual(
        delivered.toSorted((a, b) => a - b),
        positions,
      )
    },
    { partitions: 8 },
  ),

  rule(
    "claim says that nothing else waits only where nothing does [S41.a]",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, ...STREAMS.map((streamId) => event(streamId)))
      for (const slices of [1, 3, STREAMS.length, STREAMS.length]) {
        const found = await claimSeveral(backend, slices)
        if (found.kind === "idle") break
        if (found.source === "partition" && found.then !== undefined) {
          equal(found.then.kind, "idle")
          deepEqual((await claimNothing(backend)).outdated, found.then.outdated)
        }
      }
    },
    { partitions: 8 },
  ),

  rule(
    "claim says of nothing that was handed out before, to whoever it was, that it never was [S41.c]",
    async ({ backend }) => {
      await ensure(backend)
      const [first] = await store(backend, event("a"))
      for (const processName of ["p1", "p2", "p2"]) {
        const slice = await claimPartition(backend, { owner: { processName, bootId: processName } })
        if (processName !== "p1")
          ok((slice.newAbove ?? Infinity) >= (first ?? 0), `handed out again: ${slice.newAbove}`)
        await settle(backend, givenBack(slice))
      }
      const [second] = await store(backend, event("a"))
      await settle(backend, givenBack(await claimPartition(backend)))
      const again = await claimPartition(backend)
      ok((again.newAbove ?? Infinity) >= (second ?? 0), `handed out again: ${again.newAbove}`)
    },
  ),

  rule("settle says truly whether more waits in its partition, where it says it [S41.a]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, ...events("a", 2))
    const before = await settle(backend, allDone(await claimPartition(backend, { limit: 1 })))
    ok(before.more !== false, "one more waits")
    const after = await settle(backend, allDone(await claimPartition(backend, { limit: 1 })))
    ok(after.more !== true, "nothing more waits")
    equal((await claim(backend)).kind, "idle")
  }),
]
