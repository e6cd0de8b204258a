import { deepEqual, equal, ok } from "node:assert/strict"

import { store, to } from "../../src/conformance/build/appending.ts"
import { claim, claimPartition, positionsIn } from "../../src/conformance/build/claims.ts"
import { ensure } from "../../src/conformance/build/groups.ts"
import { event } from "../../src/conformance/build/messages.ts"
import { allDone, doneWith, parked, retried, settle, storing } from "../../src/conformance/build/settles.ts"
import type { Scenario } from "./scenario.ts"
import { withoutMore } from "./without-more.ts"
import {
  LEASE_MS,
  struck,
  other,
  third,
  idsIn,
  groupWithWork,
  groupWithResults,
  settlementOf,
  finishWork,
} from "./work.ts"

export const settleWithout: Scenario = {
  what: "settle without messages",
  async prepare(stage) {
    const work = await groupWithWork(stage)
    const slice = await claimPartition(stage.faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS })
    return {
      call: () => stage.faulty.settle(allDone(slice)),
      async after({ died, answer }) {
        if (!died)
          deepEqual(
            withoutMore(await settle(stage.faulty, allDone(slice))),
            withoutMore(answer ?? { kind: "settled", parts: [], lanes: [] }),
          )
        const was = await finishWork(stage, work)
        if (!died) equal(was, "was settled", stage.name)
      },
    }
  },
}

export const settleWith: Scenario = {
  what: "settle with messages",
  leftAlone: true,
  async prepare(stage) {
    const work = await groupWithResults(stage)
    const slice = await claimPartition(stage.faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS })
    const settlement = settlementOf(slice, stage.name, work.results)
    return {
      call: () => stage.faulty.settle(settlement),
      async after({ died, answer }) {
        if (!died) {
          const again = await settle(stage.faulty, settlement)
          deepEqual(
            again.parts.map(({ kind }) => kind),
            ["stored"],
            stage.name,
          )
          if (answer !== undefined) deepEqual(withoutMore(again), withoutMore(answer), stage.name)
        }
        const was = await finishWork(stage, work)
        if (!died) equal(was, "was settled", stage.name)
        deepEqual(
          await idsIn(stage.healthy, `out-${stage.name}`),
          work.results.map(({ id }) => id),
          stage.name,
        )
      },
    }
  },
}

export const settleWithLane: Scenario = {
  what: "settle that sets a stream aside and parks another",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const group = `group-${name}`
    await ensure(healthy, { group, start: { at: "now" } })
    const [good, late, bad] = [`good-${name}`, `late-${name}`, `bad-${name}`]
    await store(healthy, event(good), event(late), event(bad))
    const slice = await claimPartition(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    const result = event(`out-${name}`, { type: "result" })
    const settlement = doneWith(
      slice,
      storing(slice, good, to(`out-${name}`, [result])),
      retried(slice, late, clock.now() + 5_000),
      parked(slice, bad),
    )
    return {
      call: () => faulty.settle(settlement),
      async after({ died, answer }) {
        if (!died) {
          const again = await settle(faulty, settlement)
          if (answer !== undefined) deepEqual(withoutMore(again), withoutMore(answer), name)
        }
        await clock.advance(100 * LEASE_MS)
        for (;;) {
          const next = await claim(healthy, { group, owner: third })
          if (next.kind === "idle") break
          const outcomes = [
            [good, () => storing(next, good, to(`out-${name}`, [result]))],
            [late, () => retried(next, late, 0)],
            [bad, () => parked(next, bad)],
          ] as const
          const streams = new Set(next.messages.map(({ message }) => message.streamId))
          ok(died || next.source === "lanes", `${name}: the settle that was repeated is not there`)
          const parts = outcomes.flatMap(([stream, part]) => (streams.has(stream) ? [part()] : []))
          await settle(healthy, next.source === "lanes" ? allDone(next) : doneWith(next, ...parts))
        }
        const lanes = await healthy.operator.lanes({ group })
        deepEqual(
          lanes.map(({ key, status }) => [key, status]),
          [[bad, "parked"]],
          name,
        )
        deepEqual(await idsIn(healthy, `out-${name}`), [result.id], name)
      },
    }
  },
}

/** An old owner settles at the very moment: its lease was taken over, crash or not, before or after the take-over closed it. */
export const settleAfterTakeOver: Scenario = {
  what: "settle of a lease that was taken over",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const work = await groupWithResults(stage)
    const slice = await claimPartition(faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS })
    await clock.advance(2 * LEASE_MS)
    const taken = await claimPartition(healthy, { group: work.group, owner: other, leaseMs: LEASE_MS })
    return {
      call: () => faulty.settle(settlementOf(slice, name, work.results)),
      async after({ died, answer }) {
        if (answer !== undefined) deepEqual(answer, { kind: "fenced" }, name)
        if (!died) equal((await faulty.settle(settlementOf(slice, name, work.results))).kind, "fenced", name)
        const [first] = positionsIn(taken)
        equal(first, work.positions[0], name)
        const made = work.results.slice(0, positionsIn(taken).length)
        equal((await healthy.settle(settlementOf(taken, name, made))).kind, "settled", name)
        const left = { ...work, positions: work.positions.slice(made.length), results: work.results.slice(made.length) }
        await finishWork(stage, left)
        deepEqual(
          await idsIn(healthy, `out-${name}`),
          work.results.map(({ id }) => id),
          name,
        )
      },
    }
  },
}
