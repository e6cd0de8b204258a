import { deepEqual, equal } from "node:assert/strict"

import type { Backend, Position } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimLanes, claimPartition, flagsIn, positionsIn } from "../build/claims.ts"
import { ensure, G, infoOf } from "../build/groups.ts"
import { laneOf, NEVER, openLanes, park, setAside } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { allDone, doneWith, retried, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

type Flag = readonly [Position, boolean]

/** Works everything off, and answers for each position whether it was handled before, in position order. */
async function replayed(backend: Backend, facts: Parameters<typeof claim>[1] = {}): Promise<readonly Flag[]> {
  const flags: Flag[] = []
  for (let slices = 0; slices < 200; slices += 1) {
    const slice = await claim(backend, facts)
    if (slice.kind === "idle") return flags.toSorted(([one], [two]) => one - two)
    flags.push(...flagsIn(slice))
    await settle(backend, allDone(slice))
  }
  throw new Error("the replay never ends")
}

const before = (positions: readonly Position[]): readonly Flag[] => positions.map((position) => [position, true])
const anew = (positions: readonly Position[]): readonly Flag[] => positions.map((position) => [position, false])

/** Resets, and what counts as handled before. */
export const replayRules: readonly Rule[] = [
  rule(
    "resetGroup hands out again what was handled, marked so, and what follows unmarked [S24.a S24.b S34.b]",
    async ({ backend }) => {
      await ensure(backend)
      const handled = await store(backend, ...events("a", 3), event("b"))
      await workOff(backend)
      const waiting = await store(backend, event("a"), event("c"))
      await backend.operator.resetGroup(G, { at: "beginning" })
      deepEqual(await replayed(backend), [...before(handled), ...anew(waiting)])
      deepEqual(await replayed(backend), [])
    },
    { partitions: 4 },
  ),

  rule(
    "resetGroup judges each stream by itself: with interleaved streams nothing is marked that was not handled [S24.b S24.d lesson 3]",
    async ({ backend }) => {
      await ensure(backend)
      const [a1 = 0, b2 = 0, a3 = 0] = await store(backend, event("a"), event("b"), event("a"))
      await setAside(backend, ["b"], { retryAt: NEVER })
      const [b4 = 0, a5 = 0] = await store(backend, event("b"), event("a"))
      await settle(backend, allDone(await claimPartition(backend)))
      await backend.operator.resetGroup(G, { at: "beginning" })
      deepEqual(await replayed(backend), [
        [a1, true],
        [b2, false],
        [a3, true],
        [b4, false],
        [a5, true],
      ])
      deepEqual(await openLanes(backend), [])
    },
  ),

  rule("resetGroup remembers how far a lane had got, exactly [S24.b S24.d]", async ({ backend }) => {
    await ensure(backend)
    const [a1 = 0, a2 = 0, b3 = 0, a4 = 0] = await store(backend, event("a"), event("a"), event("b"), event("a"))
    await setAside(backend, ["a"])
    const lanes = await claimLanes(backend)
    const deferral = { as: "retry", position: a2, failures: 1, retryAt: NEVER } as const
    await settle(backend, { lease: lanes.lease, parts: [{ key: "a", from: a1, doneTo: a1, deferral }] })
    await backend.operator.resetGroup(G, { at: "beginning" })
    deepEqual(await replayed(backend), [
      [a1, true],
      [a2, false],
      [b3, true],
      [a4, false],
    ])
  }),

  rule("resetGroup in the middle of a replay lowers no limit [S24.b]", async ({ backend }) => {
    await ensure(backend)
    const handled = await store(backend, ...events("a", 4), event("b"))
    await workOff(backend)
    await backend.operator.resetGroup(G, { at: "beginning" })
    await settle(backend, allDone(await claimPartition(backend, { limit: 2 })))
    await backend.operator.resetGroup(G, { at: "beginning" })
    const waiting = await store(backend, event("a"))
    deepEqual(await replayed(backend), [...before(handled), ...anew(waiting)])
  }),

  rule(
    "resetGroup twice with a lane open keeps what that stream had handled, and no more [S24.b S24.d lesson 3]",
    async ({ backend }) => {
      await ensure(backend)
      const [a1 = 0, b2 = 0, a3 = 0] = await store(backend, event("a"), event("b"), event("a"))
      await workOff(backend)
      const [a4 = 0, b5 = 0] = await store(backend, event("a"), event("b"))
      await setAside(backend, ["a"], { retryAt: NEVER })
      await backend.operator.resetGroup(G, { at: "beginning" })
      await settle(backend, allDone(await claimPartition(backend, { limit: 2 })))
      await backend.operator.resetGroup(G, { at: "beginning" })
      deepEqual(await replayed(backend), [
        [a1, true],
        [b2, true],
        [a3, true],
        [a4, false],
        [b5, true],
      ])
    },
  ),

  rule("a retry during a replay keeps the flag its message first had [S24.c]", async ({ backend }) => {
    await ensure(backend)
    const [a1 = 0, b2 = 0] = await store(backend, event("a"), event("b"))
    await workOff(backend)
    const [a3 = 0] = await store(backend, event("a"))
    await backend.operator.resetGroup(G, { at: "beginning" })
    const slice = await claimPartition(backend)
    deepEqual(flagsIn(slice), [
      [a1, true],
      [b2, true],
      [a3, false],
    ])
    await settle(backend, doneWith(slice, retried(slice, "a", 0)))
    const lane = await claimLanes(backend)
    deepEqual(flagsIn(lane), [
      [a1, true],
      [a3, false],
    ])
    await settle(backend, { lease: lane.lease, parts: [retried(lane, "a", 0, 2)] })
    deepEqual(flagsIn(await claimLanes(backend)), [
      [a1, true],
      [a3, false],
    ])
  }),

  rule(
    "a message that failed and was never handled is no replay when it is tried again [S24.c lesson 3]",
    async ({ backend }) => {
      await ensure(backend)
      const [a1 = 0] = await store(backend, event("a"), event("b"))
      await setAside(backend, ["a"])
      const later = await store(backend, event("b"))
      await settle(
        backend,
        allDone(
          await claimLanes(backend).then(async (lane) => {
            deepEqual(flagsIn(lane), [[a1, false]])
            return lane
          }),
        ),
      )
      deepEqual(await replayed(backend), anew(later))
    },
  ),

  rule(
    "resetGroup to a position hands out what lies above it, and leaves lower checkpoints alone [S34.b]",
    async ({ backend }) => {
      await ensure(backend)
      const handled = await store(backend, ...events("a", 4))
      await workOff(backend)
      await backend.operator.resetGroup(G, { at: "position", position: handled[1] ?? 0 })
      deepEqual(await replayed(backend), before(handled.slice(2)))
      const waiting = await store(backend, ...events("a", 3))
      await backend.operator.resetGroup(G, { at: "position", position: waiting[1] ?? 0 })
      deepEqual(await replayed(backend), anew(waiting))
      await backend.operator.resetGroup(G, { at: "now" })
      deepEqual(await replayed(backend), [])
    },
  ),

  rule("resetGroup to a date hands out what was recorded from then on [S34.b]", async ({ backend, advance }) => {
    await ensure(backend)
    await store(backend, ...events("a", 2))
    await advance(50)
    const later = await store(backend, ...events("a", 2))
    await workOff(backend)
    const stored = await readAll(backend)
    const date = Date.parse(stored.find((message) => message.position === later[0])?.recordedAt ?? "")
    await backend.operator.resetGroup(G, { at: "date", date })
    deepEqual(await replayed(backend), before(later))
  }),

  rule(
    "resetGroup below a group's start point delivers those messages as handled before [S24.b S44.b]",
    async ({ backend }) => {
      const old = await store(backend, ...events("a", 2))
      await ensure(backend, { start: { at: "now" } })
      const handled = await store(backend, event("a"))
      await workOff(backend)
      await backend.operator.resetGroup(G, { at: "beginning" })
      deepEqual(await replayed(backend), before([...old, ...handled]))
    },
  ),

  rule(
    "resetGroup with types delivers the messages passed over when the type joined, not as handled before [S34.b]",
    async ({ backend }) => {
      const types = ["noted", "sent"]
      await ensure(backend)
      const [first = 0, passed = 0] = await store(backend, event("a"), event("a", { type: "sent" }), event("a"))
      await workOff(backend)
      await ensure(backend, { types })
      const [fourth = 0] = await store(backend, event("a", { type: "sent" }))
      await workOff(backend, { types })
      await backend.operator.resetGroup(G, { at: "beginning" })
      deepEqual(await replayed(backend, { types }), [
        [first, true],
        [passed + 1, true],
        [fourth, true],
      ])
      await backend.operator.resetGroup(G, { at: "beginning" }, { types: ["sent"] })
      deepEqual(await replayed(backend, { types }), [
        [first, true],
        [passed, false],
        [passed + 1, true],
        [fourth, true],
      ])
    },
  ),

  rule(
    "resetGroup with reemit says so in its slices and raises the epoch, a plain one does neither",
    async ({ backend }) => {
      await ensure(backend)
      const handled = await store(backend, ...events("a", 2))
      await workOff(backend)
      await backend.operator.resetGroup(G, { at: "beginning" })
      const plain = await claimPartition(backend)
      deepEqual([plain.reemit, plain.epoch, flagsIn(plain)], [false, 0, before(handled)])
      await settle(backend, allDone(plain))
      await backend.operator.resetGroup(G, { at: "beginning" }, { reemit: true })
      const again = await claimPartition(backend)
      deepEqual([again.reemit, again.epoch, positionsIn(again)], [true, 1, handled])
      await settle(backend, doneWith(again, retried(again, "a", 0)))
      const lane = await claimLanes(backend)
      deepEqual([lane.reemit, lane.epoch], [true, 1])
      await settle(backend, allDone(lane))
      equal((await infoOf(backend)).epoch, 1)
      await backend.operator.resetGroup(G, { at: "beginning" })
      const third = await claimPartition(backend)
      deepEqual([third.reemit, third.epoch], [false, 1])
    },
  ),

  rule(
    "resetGroup dissolves lanes above the point, parked ones too, and keeps those below it [S43.c]",
    async ({ backend }) => {
      await ensure(backend)
      const [a1 = 0, b2 = 0] = await store(backend, event("a"), event("b"))
      await park(backend, ["a"])
      await backend.operator.resetGroup(G, { at: "position", position: b2 })
      deepEqual([await openLanes(backend), (await laneOf(backend, "a")).next], [["a"], a1])
      await backend.operator.resetGroup(G, { at: "beginning" })
      deepEqual(await openLanes(backend), [])
      deepEqual(await replayed(backend), [
        [a1, false],
        [b2, true],
      ])
    },
  ),

  rule("resetGroup leaves a stopped group stopped [S34.b]", async ({ backend }) => {
    await ensure(backend)
    const handled = await store(backend, event("a"))
    await workOff(backend)
    await backend.operator.stopGroup(G, { reason: "maintenance" })
    await backend.operator.resetGroup(G, { at: "beginning" })
    equal((await infoOf(backend)).status, "stopped")
    equal((await claim(backend)).kind, "idle")
    await backend.operator.startGroup(G)
    deepEqual(await replayed(backend), before(handled))
  }),

  rule(
    "resetGroup replays groups in log order and keyed groups exactly, too [S24.b S25.c]",
    async ({ backend }) => {
      for (const order of ["log", "key"] as const) await ensure(backend, { group: order, order })
      const handled = await store(backend, event("a"), event("b"), event("c"))
      for (const order of ["log", "key"] as const) {
        await workOff(backend, { group: order })
        await backend.operator.resetGroup(order, { at: "position", position: handled[0] ?? 0 })
      }
      const waiting = await store(backend, event("b"))
      for (const order of ["log", "key"] as const) {
        deepEqual(await replayed(backend, { group: order }), [...before(handled.slice(1)), ...anew(waiting)])
      }
    },
    { partitions: 4 },
  ),
]
