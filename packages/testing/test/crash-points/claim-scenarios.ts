import { deepEqual, equal } from "node:assert/strict"

import type { Lease } from "@millrace/core/backend"

import { store } from "../../src/conformance/build/appending.ts"
import { claim, claimPartition, positionsIn } from "../../src/conformance/build/claims.ts"
import { event } from "../../src/conformance/build/messages.ts"
import { allDone, settle, workOff } from "../../src/conformance/build/settles.ts"
import type { Scenario } from "./scenario.ts"
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

export const claimAfresh: Scenario = {
  what: "claim",
  async prepare(stage) {
    const work = await groupWithWork(stage)
    return {
      call: () => claim(stage.faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS }),
      async after() {
        equal(await finishWork(stage, work), "was not", stage.name)
      },
    }
  },
}

/** The holder of a lease that has run out settles while somebody takes it over: one of both counts, and the results are there once. */
export const takeOver: Scenario = {
  what: "claim that takes over a lease",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const work = await groupWithResults(stage)
    const slice = await claimPartition(healthy, { group: work.group, owner: other, leaseMs: LEASE_MS })
    await clock.advance(2 * LEASE_MS)
    return {
      call: () => claim(faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS }),
      async after({ answer }) {
        const late = await healthy.settle(settlementOf(slice, name, work.results))
        if (isSlice(answer)) {
          equal(late.kind, "fenced", `${name}: the lease had passed on`)
          equal(await faulty.extend(answer.lease, LEASE_MS), true, name)
        }
        const was = await finishWork(stage, work)
        if (late.kind === "settled") equal(was, "was settled", name)
        deepEqual(
          await idsIn(healthy, `out-${name}`),
          work.results.map(({ id }) => id),
          name,
        )
      },
    }
  },
}

export const extend: Scenario = {
  what: "extend",
  async prepare(stage) {
    const { name, faulty, healthy } = stage
    const work = await groupWithWork(stage)
    const slice = await claimPartition(faulty, { group: work.group, owner: struck, leaseMs: LEASE_MS })
    return {
      call: () => faulty.extend(slice.lease, 2 * LEASE_MS),
      async after({ died }) {
        equal((await claim(healthy, { group: work.group, owner: other })).kind, "idle", name)
        if (!died) await settle(faulty, allDone(slice))
        await finishWork(stage, work)
      },
    }
  },
}

export const reset: Scenario = {
  what: "reset of a group while a worker holds a lease",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const work = await groupWithWork(stage)
    await workOff(healthy, { group: work.group, owner: other })
    await store(healthy, event(`in-${name}`))
    const slice = await claimPartition(healthy, { group: work.group, owner: other, leaseMs: LEASE_MS })
    const back = { at: "position", position: (work.positions[0] ?? 1) - 1 } as const
    return {
      call: () => faulty.operator.resetGroup(work.group, back).then(() => "done"),
      async after({ died, answer }) {
        if (answer !== undefined) equal((await healthy.settle(allDone(slice))).kind, "fenced", name)
        await (died ? healthy : faulty).operator.resetGroup(work.group, back)
        equal((await healthy.settle(allDone(slice))).kind, "fenced", name)
        await clock.advance(100 * LEASE_MS)
        deepEqual(
          await workOff(healthy, { group: work.group, owner: third }),
          [...work.positions, ...positionsIn(slice)],
          name,
        )
      },
    }
  },
}

function isSlice(answer: unknown): answer is { readonly lease: Lease } {
  return typeof answer === "object" && answer !== null && "lease" in answer
}
