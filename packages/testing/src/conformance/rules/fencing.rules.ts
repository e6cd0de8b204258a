import { deepEqual, equal } from "node:assert/strict"

import type { Backend, Settlement } from "@millrace/core/backend"

import { store, to } from "../build/appending.ts"
import { claimLanes, claimPartition } from "../build/claims.ts"
import { ensure, G } from "../build/groups.ts"
import { setAside } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { readAll, readStream } from "../build/reading.ts"
import { allDone, givenBack, partOf, storing } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

type Write = (backend: Backend) => Promise<unknown>

/** What operators do to a group while a worker is at it. Position 1 to 3 are one stream. */
const writes: readonly (readonly [string, Write])[] = [
  ["stopping the group", (backend) => backend.operator.stopGroup(G, { reason: "maintenance" })],
  ["resetting the group", (backend) => backend.operator.resetGroup(G, { at: "beginning" })],
  ["skipping a message", async (backend) => backend.operator.skip(G, (await readAll(backend))[0]?.position ?? 0)],
  ["renaming the group", (backend) => backend.operator.renameGroup(G, "other")],
  ["deleting the group", (backend) => backend.operator.deleteGroup(G)],
]

/** Settles that come too late, with effects, without, and giving back: each is fenced. */
async function allFenced(backend: Backend, settlements: readonly Settlement[]): Promise<void> {
  for (const settlement of settlements) deepEqual(await backend.settle(settlement), { kind: "fenced" })
  equal((await readStream(backend, "out")).length, 0)
}

/** Operators' writes and the settles they meet. */
export const fencingRules: readonly Rule[] = [
  ...writes.map(([what, write]) =>
    rule(
      `settle of a slice is fenced by ${what} meanwhile, with effects or without [lesson 7]`,
      async ({ backend }) => {
        await ensure(backend)
        await store(backend, ...events("a", 3))
        const slice = await claimPartition(backend)
        await write(backend)
        const effects = to("out", [event("out", { type: "made" })])
        await allFenced(backend, [
          { ...allDone(slice), parts: [storing(slice, "a", effects)] },
          allDone(slice),
          givenBack(slice),
          { ...givenBack(slice), parts: [partOf(slice, "a", { dropped: 7 })] },
        ])
        equal(await backend.extend(slice.lease, 60_000), false)
      },
    ),
  ),

  ...writes.map(([what, write]) =>
    rule(`settle of a lane is fenced by ${what} meanwhile [lesson 7]`, async ({ backend }) => {
      await ensure(backend)
      await store(backend, ...events("a", 3))
      await setAside(backend, ["a"])
      const slice = await claimLanes(backend)
      await write(backend)
      const [lane] = slice.lanes
      const effects = to("out", [event("out", { type: "made" })])
      const part = { key: "a", from: lane?.next ?? 0, doneTo: lane?.scannedTo ?? 0 }
      await allFenced(backend, [
        { lease: slice.lease, parts: [{ ...part, effects }] },
        { lease: slice.lease, parts: [part] },
        { lease: slice.lease, parts: [] },
      ])
      equal(await backend.extend(slice.lease, 60_000), false)
    }),
  ),

  rule(
    "settle of a lane is fenced by discarding its message or retrying it meanwhile [lesson 7]",
    async ({ backend }) => {
      const { operator } = backend
      await ensure(backend)
      await store(backend, ...events("a", 3))
      await setAside(backend, ["a"])
      for (const write of [() => operator.retryLanes(G, ["a"]), () => operator.discardLane(G, "a")]) {
        const slice = await claimLanes(backend)
        await write()
        deepEqual(await backend.settle(allDone(slice)), { kind: "fenced" })
      }
    },
  ),

  ...writes.slice(-2).map(([what, write]) =>
    rule(
      `settle of a lease that was taken before ${what} is fenced in the group that has taken its name since [lesson 7]`,
      async ({ backend }) => {
        await ensure(backend)
        await store(backend, ...events("a", 3))
        const old = await claimPartition(backend)
        await write(backend)
        await ensure(backend)
        const slice = await claimPartition(backend)
        const effects = to("out", [event("out", { type: "made" })])
        const late = [{ ...allDone(old), parts: [storing(old, "a", effects)] }, allDone(old), givenBack(old)]
        await allFenced(backend, late)
        equal(await backend.extend(old.lease, 60_000), false)
        equal((await backend.settle(allDone(slice))).kind, "settled")
        // Nor are they taken for repetitions of what the new group has settled.
        await allFenced(backend, late)
      },
    ),
  ),

  rule("settle of a lease that nobody ever took is fenced", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"))
    const slice = await claimPartition(backend)
    const token = slice.lease.token + 1_000
    deepEqual(await backend.settle({ ...allDone(slice), lease: { ...slice.lease, token } }), { kind: "fenced" })
    const lanes = [{ key: "a", token: 1 }]
    const lease = { of: "lanes", group: G, partition: 0, lanes } as const
    deepEqual(await backend.settle({ lease, parts: [{ key: "a", from: 1, doneTo: 1 }] }), { kind: "fenced" })
  }),
]
