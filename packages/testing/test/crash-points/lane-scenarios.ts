import { deepEqual, equal, ok } from "node:assert/strict"

import type { Backend, Message, Position } from "@millrace/core/backend"

import { store, to } from "../../src/conformance/build/appending.ts"
import { claim, claimLanes, claimPartition, positionsIn } from "../../src/conformance/build/claims.ts"
import { ensure, infoOf } from "../../src/conformance/build/groups.ts"
import { setAside } from "../../src/conformance/build/lanes.ts"
import { event, events } from "../../src/conformance/build/messages.ts"
import { doneWith, lanePart, settle, storing, workOff } from "../../src/conformance/build/settles.ts"
import type { Scenario, Stage } from "./scenario.ts"
import { withoutMore } from "./without-more.ts"
import { idsIn, LEASE_MS, other, struck, third } from "./work.ts"

const RETRY_MS = 5_000

interface Due {
  readonly group: string
  readonly key: string
  readonly positions: readonly Position[]
}

/** A group one stream of which waits as a lane, with two messages; due once `RETRY_MS` have passed. */
async function groupWithLane({ name, healthy, clock }: Stage): Promise<Due> {
  const [group, key] = [`group-${name}`, `in-${name}`]
  await ensure(healthy, { group, start: { at: "now" } })
  const positions = await store(healthy, ...events(key, 2))
  await setAside(healthy, [key], { group, owner: other, retryAt: clock.now() + RETRY_MS })
  return { group, key, positions }
}

/** Works off what a group has left, once every lease has ended. Answers the positions that were handed out. */
async function finish({ healthy, clock, name }: Stage, group: string): Promise<readonly Position[]> {
  await clock.advance(100 * LEASE_MS)
  const handed = await workOff(healthy, { group, owner: third })
  const { lag, retrying } = await infoOf(healthy, group)
  deepEqual([lag, retrying], [0, 0], name)
  return handed
}

export const claimOfLanes: Scenario = {
  what: "claim of a lane that is due",
  async prepare(stage) {
    const { group, positions } = await groupWithLane(stage)
    await stage.clock.advance(RETRY_MS)
    return {
      call: () => claim(stage.faulty, { group, owner: struck, leaseMs: LEASE_MS }),
      async after() {
        deepEqual(await finish(stage, group), positions, stage.name)
      },
    }
  },
}

export const claimTooEarly: Scenario = {
  what: "claim that finds a lane which is not due",
  async prepare(stage) {
    const { group, positions } = await groupWithLane(stage)
    return {
      call: () => claim(stage.faulty, { group, owner: struck, leaseMs: LEASE_MS }),
      async after({ answer }) {
        if (answer !== undefined) ok(typeof answer === "object" && answer !== null && "nextAt" in answer, stage.name)
        deepEqual(await finish(stage, group), positions, stage.name)
      },
    }
  },
}

export const settleOfLanes: Scenario = {
  what: "settle of a lane with messages",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const { group, key, positions } = await groupWithLane(stage)
    await clock.advance(RETRY_MS)
    const result = event(`out-${name}`, { type: "result" })
    const slice = await claimLanes(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    const settlement = {
      lease: slice.lease,
      parts: [lanePart(slice, key, { effects: to(`out-${name}`, [result]), dropped: 1 })],
    }
    return {
      call: () => faulty.settle(settlement),
      async after({ died, answer }) {
        if (!died) {
          const again = await settle(faulty, settlement)
          if (answer !== undefined) deepEqual(withoutMore(again), withoutMore(answer), name)
        }
        await wholeOrNothing(stage, { group, positions, result, mustBe: !died })
        equal((await infoOf(healthy, group)).dropped, (await idsIn(healthy, `out-${name}`)).length, name)
      },
    }
  },
}

export const extendOfLanes: Scenario = {
  what: "extend of a lane",
  async prepare(stage) {
    const { faulty, healthy, clock, name } = stage
    const { group, positions } = await groupWithLane(stage)
    await clock.advance(RETRY_MS)
    const slice = await claimLanes(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    return {
      call: () => faulty.extend(slice.lease, 2 * LEASE_MS),
      async after({ answer }) {
        await clock.advance(LEASE_MS + 1)
        if (answer === true) equal((await claim(healthy, { group, owner: other })).kind, "idle", name)
        deepEqual(await finish(stage, group), positions, name)
      },
    }
  },
}

/** One part of a settle can not be stored: the other is, and the first is its worker's lane. */
export const settleWithConflict: Scenario = {
  what: "settle of which one part conflicts",
  async prepare(stage) {
    const { name, faulty, healthy } = stage
    const group = `group-${name}`
    const [good, bad] = [`good-${name}`, `bad-${name}`]
    await ensure(healthy, { group, start: { at: "now" } })
    const positions = await store(healthy, event(good), event(bad))
    const result = event(`out-${name}`, { type: "result" })
    const slice = await claimPartition(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    const settlement = doneWith(
      slice,
      storing(slice, good, to(`out-${name}`, [result]), { dropped: 1 }),
      storing(slice, bad, to(bad, [event(bad, { type: "result" })], "no-stream")),
    )
    return {
      call: () => faulty.settle(settlement),
      async after({ died, answer }) {
        if (!died) {
          const again = await settle(faulty, settlement)
          deepEqual(
            again.parts.map(({ kind }) => kind),
            ["stored", "conflict"],
            name,
          )
          if (answer !== undefined) deepEqual(withoutMore(again), withoutMore(answer), name)
        }
        equal((await idsIn(healthy, bad)).length, 1, name)
        await wholeOrNothing(stage, {
          group,
          positions: died ? positions : positions.slice(1),
          result,
          mustBe: !died,
          left: positions.slice(1),
        })
      },
    }
  },
}

/** The result is there exactly where its messages are not handed out again. */
async function wholeOrNothing(
  stage: Stage,
  {
    group,
    positions,
    result,
    mustBe,
    left = [],
  }: {
    readonly group: string
    readonly positions: readonly Position[]
    readonly result: Message
    readonly mustBe: boolean
    /** What is handed out even so. */
    readonly left?: readonly Position[]
  },
): Promise<void> {
  const { healthy, name } = stage
  const stored = await idsIn(healthy, result.streamId)
  deepEqual(stored, stored.length === 0 ? [] : [result.id], name)
  if (mustBe) equal(stored.length, 1, name)
  deepEqual(await finish(stage, group), stored.length === 1 ? left : positions, name)
}

/** A group of two types, one of which joined later, with a message that it is never to be handed. */
export const claimBesideSkips: Scenario = {
  what: "claim in a group of two types with a skipped message",
  async prepare(stage) {
    const { name, faulty, healthy } = stage
    const group = `group-${name}`
    const types = ["noted", "added"]
    await ensure(healthy, { group, start: { at: "now" } })
    await ensure(healthy, { group, types })
    const [first = 0, second = 0, third_ = 0] = await store(
      healthy,
      event(`in-${name}`),
      event(`in-${name}`, { type: "added" }),
      event(`in-${name}`),
    )
    await healthy.operator.skip(group, second)
    return {
      call: () => claim(faulty, { group, types, owner: struck, leaseMs: LEASE_MS }),
      async after({ answer }) {
        if (isSlice(answer)) deepEqual(positionsIn(answer), [first, third_], name)
        await stage.clock.advance(100 * LEASE_MS)
        deepEqual(await workOff(healthy, { group, types, owner: third }), [first, third_], name)
      },
    }
  },
}

function isSlice(answer: unknown): answer is Extract<Awaited<ReturnType<Backend["claim"]>>, { kind: "slice" }> {
  return typeof answer === "object" && answer !== null && "kind" in answer && answer.kind === "slice"
}

/** Total order: the next message failed. */
export const settleThatHolds: Scenario = {
  what: "settle that holds a group of total order",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const group = `group-${name}`
    await ensure(healthy, { group, order: "log", start: { at: "now" } })
    const positions = await store(healthy, ...events(`in-${name}`, 2))
    const slice = await claimPartition(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    const hold = { retryAt: clock.now() + RETRY_MS, failures: 1, error: "boom" }
    const settlement = { lease: slice.lease, checkpoint: slice.from, parts: [], hold }
    return {
      call: () => faulty.settle(settlement),
      async after({ died }) {
        if (!died) await settle(faulty, settlement)
        await clock.advance(100 * LEASE_MS)
        const next = await claimPartition(healthy, { group, owner: third })
        if (!died) equal(next.messages[0]?.attempt, 2, name)
        await settle(healthy, { lease: next.lease, checkpoint: next.scannedTo, parts: [] })
        deepEqual([...positionsIn(next), ...(await finish(stage, group))], positions, name)
      },
    }
  },
}

export const settleThatStops: Scenario = {
  what: "settle that stops its group",
  async prepare(stage) {
    const { name, faulty, healthy } = stage
    const group = `group-${name}`
    await ensure(healthy, { group, start: { at: "now" } })
    const positions = await store(healthy, ...events(`in-${name}`, 2))
    const slice = await claimPartition(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    const settlement = { lease: slice.lease, checkpoint: slice.from, parts: [], stop: { reason: "it failed" } }
    return {
      call: () => faulty.settle(settlement),
      async after({ died }) {
        if (!died) equal((await faulty.settle(settlement)).kind, "settled", name)
        if (!died) equal((await infoOf(healthy, group)).stopped?.reason, "it failed", name)
        await healthy.operator.startGroup(group)
        deepEqual(await finish(stage, group), positions, name)
      },
    }
  },
}
