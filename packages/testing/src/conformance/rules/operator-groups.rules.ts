import { deepEqual, equal, ok } from "node:assert/strict"

import { SKIPS_KEPT } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimLanes, claimNothing, claimPartition, positionsIn, storageNow } from "../build/claims.ts"
import { ensure, G, infoOf } from "../build/groups.ts"
import { NEVER, openLanes, park, setAside } from "../build/lanes.ts"
import { event, events, newId } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { refuses } from "../build/refusal.ts"
import { allDone, doneWith, parked, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

/** Looking at groups; starting, stopping, skipping, renaming and deleting them. */
export const operatorGroupRules: readonly Rule[] = [
  rule("groups lists all groups by name, or those named [S34.d S35.b]", async ({ backend }) => {
    for (const group of ["b", "a", "c"]) await ensure(backend, { group })
    deepEqual(
      (await backend.operator.groups()).map(({ group }) => group),
      ["a", "b", "c"],
    )
    deepEqual((await backend.operator.groups(["c", "a"])).map(({ group }) => group).toSorted(), ["a", "c"])
  }),

  rule(
    "groups shows lag and checkpoints, exactly [S34.d S35.b]",
    async ({ backend }) => {
      await ensure(backend)
      const positions = await store(
        backend,
        ...events("a", 2),
        event("b"),
        event("c"),
        event("d", { type: "unwanted" }),
      )
      const [first = 0] = positions
      equal((await infoOf(backend)).lag, 4)
      const slice = await claimPartition(backend, { limit: 1 })
      equal((await infoOf(backend)).lag, 4, "what is in flight is not settled")
      await settle(backend, allDone(slice))
      const info = await infoOf(backend)
      equal(info.lag, 3)
      ok(info.oldestCheckpoint <= info.newestCheckpoint && info.newestCheckpoint >= first)
      await workOff(backend)
      equal((await infoOf(backend)).lag, 0)
    },
    { partitions: 4 },
  ),

  rule(
    "groups shows since when its oldest message waits, ahead of it or in a lane, skipped ones left out [S34.d S35.b]",
    async ({ backend, advance }) => {
      await ensure(backend)
      const since = async () => (await infoOf(backend)).waitingSince
      equal(await since(), undefined)
      const positions: number[] = []
      for (const streamId of ["a", "b", "b", "c"]) {
        positions.push(...(await store(backend, event(streamId))))
        await advance(20)
      }
      const recorded = (await readAll(backend)).map(({ recordedAt }) => Date.parse(recordedAt))
      equal(new Set(recorded).size, 4)
      const [a, b, , c] = recorded
      equal(await since(), a)
      const slice = await claimPartition(backend, { limit: 1 })
      equal(await since(), a, "what is in flight still waits")
      await settle(backend, doneWith(slice, parked(slice, "a")))
      equal(await since(), a, "a dead letter waits")
      await backend.operator.discardLane(G, "a")
      equal(await since(), b)
      for (const position of positions.slice(1, 3)) await backend.operator.skip(G, position)
      equal(await since(), c)
      await workOff(backend)
      equal(await since(), undefined)
    },
  ),

  rule("groups shows how many streams retry and wait, and the earliest retry [S34.d S35.b]", async ({ backend }) => {
    await ensure(backend)
    const soon = (await storageNow(backend)) + 60_000
    for (const [streamId, retryAt] of [
      ["a", NEVER],
      ["b", soon],
    ] as const) {
      await store(backend, event(streamId))
      await setAside(backend, [streamId], { retryAt })
    }
    await store(backend, event("c"))
    await park(backend, ["c"])
    const info = await infoOf(backend)
    deepEqual([info.retrying, info.parked, info.retryAt, info.lag], [2, 1, soon, 3])
  }),

  rule(
    "stopGroup keeps everything of the group back, and tells why; stopping again replaces the reason [S34.a]",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      await setAside(backend, ["a"])
      await store(backend, event("b"))
      const messageId = newId()
      const before = await storageNow(backend)
      await backend.operator.stopGroup(G, { reason: "maintenance" })
      await backend.operator.stopGroup(G, { reason: "error", error: "boom", messageId })
      const { nextAt, outdated } = await claimNothing(backend)
      deepEqual([nextAt, outdated], [null, []])
      const { status, stopped, lag } = await infoOf(backend)
      const { at = 0, ...why } = stopped ?? {}
      deepEqual([status, why, lag], ["stopped", { reason: "error", error: "boom", messageId }, 2])
      ok(at >= before)
    },
  ),

  rule("stopGroup of one group leaves the others at work [S34.a]", async ({ backend }) => {
    await ensure(backend, { group: "one" })
    await ensure(backend, { group: "two" })
    const positions = await store(backend, event("a"))
    await backend.operator.stopGroup("one", { reason: "maintenance" })
    const groups = ["one", "two"].map((group) => ({ group, types: ["noted"], limit: 9 }))
    const slice = await backend.claim({ owner: { processName: "p", bootId: "b" }, groups, leaseMs: 1_000 })
    ok(slice.kind === "slice")
    deepEqual([slice.group, positionsIn(slice)], ["two", positions])
  }),

  rule(
    "startGroup lets a stopped group go on where it was; lanes that retry are due at once, parked ones are not [S34.a]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0] = await store(backend, event("a"))
      await setAside(backend, ["a"], { retryAt: NEVER })
      await store(backend, event("b"))
      await park(backend, ["b"])
      const [third = 0] = await store(backend, event("c"))
      await backend.operator.stopGroup(G, { reason: "maintenance" })
      await backend.operator.startGroup(G)
      const info = await infoOf(backend)
      deepEqual([info.status, "stopped" in info], ["active", false])
      deepEqual(
        (await workOff(backend)).toSorted((one, two) => one - two),
        [first, third],
      )
      deepEqual(await openLanes(backend), ["b"])
    },
  ),

  rule("startGroup of an active group does nothing: a slice in flight still settles", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"), event("b"))
    await setAside(backend, ["a"], { retryAt: NEVER })
    await store(backend, event("b"))
    const slice = await claimPartition(backend)
    await backend.operator.startGroup(G)
    await settle(backend, allDone(slice))
    equal((await claimNothing(backend)).nextAt, NEVER)
  }),

  rule("skip never hands the message out, lists it, and leaves its neighbours [S34.c]", async ({ backend }) => {
    await ensure(backend)
    const [first = 0, second = 0, third = 0] = await store(backend, ...events("a", 3))
    const before = await storageNow(backend)
    await backend.operator.skip(G, second)
    deepEqual(await workOff(backend), [first, third])
    const { skips, skipped, lag } = await infoOf(backend)
    deepEqual(
      skips.map(({ position, how }) => [position, how]),
      [[second, "skipped"]],
    )
    deepEqual([skipped, lag, (skips[0]?.at ?? 0) >= before], [1, 0, true])
  }),

  rule(
    "groups lists the last SKIPS_KEPT messages that were never handed out, and counts them all [S34.c]",
    async ({ backend }) => {
      await ensure(backend)
      const positions: number[] = []
      for (let left = SKIPS_KEPT + 5; left > 0; left -= 100) {
        positions.push(...(await store(backend, ...events("a", Math.min(left, 100)))))
      }
      await backend.operator.trim(positions.at(-1) ?? 0, { force: true })
      const { skips, skipped, lag } = await infoOf(backend)
      deepEqual([skips.length, skipped, lag], [SKIPS_KEPT, SKIPS_KEPT + 5, 0])
      deepEqual(
        skips.map(({ position }) => position),
        positions.slice(5),
      )
    },
  ),

  rule("skip of the message at which a lane waits lets the lane go on behind it [S34.c S43.c]", async ({ backend }) => {
    await ensure(backend)
    const [first = 0, second = 0] = await store(backend, ...events("a", 2))
    await park(backend, ["a"])
    await backend.operator.skip(G, first)
    const lane = await claimLanes(backend)
    deepEqual(
      lane.messages.map(({ message, attempt }) => [message.position, attempt]),
      [[second, 1]],
    )
    await settle(backend, allDone(lane))
    deepEqual([await openLanes(backend), (await infoOf(backend)).lag], [[], 0])
  }),

  rule("skip lets a group in log order go on that is held by the message [S34.c S25.c]", async ({ backend }) => {
    await ensure(backend, { order: "log" })
    const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
    const slice = await claimPartition(backend)
    const hold = { retryAt: NEVER, failures: 1, error: "boom" }
    await settle(backend, { lease: slice.lease, checkpoint: slice.from, parts: [], hold })
    await backend.operator.skip(G, first)
    const next = await claimPartition(backend)
    deepEqual(
      next.messages.map(({ message, attempt }) => [message.position, attempt]),
      [[second, 1]],
    )
  }),

  rule("skip is undone by a reset below it [S34.c S34.b]", async ({ backend }) => {
    await ensure(backend)
    const positions = await store(backend, ...events("a", 3))
    await backend.operator.skip(G, positions[1] ?? 0)
    await workOff(backend)
    await backend.operator.resetGroup(G, { at: "beginning" })
    deepEqual(await workOff(backend), positions)
  }),

  rule("renameGroup keeps everything under the new name, and nothing under the old one", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"), event("b"))
    await park(backend, ["a"])
    const later = await store(backend, event("b"))
    await backend.operator.renameGroup(G, "invoicing")
    deepEqual(await workOff(backend, { group: "invoicing" }), later)
    const [info, ...others] = await backend.operator.groups()
    deepEqual([info?.group, info?.parked, others.length], ["invoicing", 1, 0])
    deepEqual(await openLanes(backend, "invoicing"), ["a"])
    await refuses("not-found", claim(backend))
    equal((await ensure(backend)).created, true)
  }),

  rule("renameGroup refuses a name that is taken [S18.c]", async ({ backend }) => {
    await ensure(backend)
    await ensure(backend, { group: "invoicing" })
    await refuses("invalid", backend.operator.renameGroup(G, "invoicing"))
    equal((await backend.operator.groups()).length, 2)
  }),

  rule("deleteGroup forgets a group, its lanes and its counts; the messages stay", async ({ backend }) => {
    await ensure(backend)
    const positions = await store(backend, event("a"), event("b"))
    await park(backend, ["a"])
    await backend.operator.deleteGroup(G)
    deepEqual([await backend.operator.groups(), await backend.operator.lanes()], [[], []])
    await refuses("not-found", claim(backend))
    equal((await ensure(backend)).created, true)
    const slice = await claimPartition(backend)
    deepEqual(
      [positionsIn(slice), slice.messages.map(({ handledBefore }) => handledBefore)],
      [positions, [false, false]],
    )
  }),

  rule("operator methods that name a group throw not-found when there is none", async ({ backend }) => {
    const { operator } = backend
    await refuses("not-found", operator.startGroup("nobody"))
    await refuses("not-found", operator.stopGroup("nobody", { reason: "r" }))
    await refuses("not-found", operator.resetGroup("nobody", { at: "beginning" }))
    await refuses("not-found", operator.skip("nobody", 1))
    await refuses("not-found", operator.renameGroup("nobody", "somebody"))
    await refuses("not-found", operator.deleteGroup("nobody"))
    await refuses("not-found", operator.retryLanes("nobody"))
    await refuses("not-found", operator.discardLane("nobody", "a"))
  }),
]
