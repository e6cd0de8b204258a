import { deepEqual, equal } from "node:assert/strict"

import { store, to } from "../../src/conformance/build/appending.ts"
import { claim, claimPartition } from "../../src/conformance/build/claims.ts"
import { ensure } from "../../src/conformance/build/groups.ts"
import { setAside } from "../../src/conformance/build/lanes.ts"
import { event, events } from "../../src/conformance/build/messages.ts"
import { allDone, doneWith, settle, storing, workOff } from "../../src/conformance/build/settles.ts"
import type { Scenario, Stage } from "./scenario.ts"
import { withoutMore } from "./without-more.ts"
import { idsIn, LEASE_MS, other, struck, third } from "./work.ts"

/** Total order: a settle whose effects are stored, or conflict, so that nothing of it is. */
const settleInTotalOrder = (what: string, expected: "any" | "stream-exists"): Scenario => ({
  what,
  async prepare({ name, faulty, healthy, clock }) {
    const group = `group-${name}`
    await ensure(healthy, { group, order: "log", start: { at: "now" } })
    const [first = 0, second = 0] = await store(healthy, ...events(`in-${name}`, 2))
    const slice = await claimPartition(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    const result = event(`out-${name}`, { type: "result" })
    const parts = [{ key: "*", from: first, effects: to(`out-${name}`, [result], expected) }]
    const settlement = { lease: slice.lease, checkpoint: first, parts }
    return {
      call: () => faulty.settle(settlement),
      async after({ died, answer }) {
        if (!died) {
          const again = await settle(faulty, settlement)
          if (answer !== undefined) deepEqual(withoutMore(again), withoutMore(answer), name)
        }
        await clock.advance(100 * LEASE_MS)
        const stored = (await idsIn(healthy, `out-${name}`)).length
        if (expected !== "any") equal(stored, 0, name)
        else if (!died) equal(stored, 1, name)
        const left = stored === 1 ? [second] : [first, second]
        deepEqual(await workOff(healthy, { group, owner: third }), left, name)
      },
    }
  },
})

/** The user's own work in the transaction of a settle, where the storage has one. */
const settleWithWork: Scenario = {
  what: "settle with work of the user's",
  async prepare({ name, faulty, healthy, clock }) {
    const [group, key] = [`group-${name}`, `in-${name}`]
    await ensure(healthy, { group, start: { at: "now" } })
    const positions = await store(healthy, event(key))
    const slice = await claimPartition(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    const result = event(`out-${name}`, { type: "result" })
    const work = faulty.capabilities.tx ? { work: async () => {} } : {}
    const settlement = doneWith(slice, storing(slice, key, to(`out-${name}`, [result]), work))
    return {
      call: () => faulty.settle(settlement),
      async after({ died }) {
        if (!died) await settle(faulty, settlement)
        await clock.advance(100 * LEASE_MS)
        const stored = await idsIn(healthy, `out-${name}`)
        deepEqual(stored, stored.length === 0 ? [] : [result.id], name)
        if (!died) equal(stored.length, 1, name)
        deepEqual(await workOff(healthy, { group, owner: third }), stored.length === 1 ? [] : positions, name)
      },
    }
  },
}

/** A group with a stream that waits as a lane, and new messages of it and of another one. */
async function besideLane({ name, healthy, clock }: Stage): Promise<string> {
  const group = `group-${name}`
  await ensure(healthy, { group, start: { at: "now" } })
  await store(healthy, event(`lane-${name}`))
  await setAside(healthy, [`lane-${name}`], { group, owner: other, retryAt: clock.now() + LEASE_MS })
  await store(healthy, event(`lane-${name}`), event(`free-${name}`))
  return group
}

const claimBesideLane: Scenario = {
  what: "claim beside an open lane",
  async prepare(stage) {
    const group = await besideLane(stage)
    return {
      call: () => claim(stage.faulty, { group, owner: struck, leaseMs: LEASE_MS }),
      async after() {
        await stage.clock.advance(100 * LEASE_MS)
        equal((await workOff(stage.healthy, { group, owner: third })).length, 3, stage.name)
      },
    }
  },
}

const settleBesideLane: Scenario = {
  what: "settle beside an open lane",
  async prepare(stage) {
    const { name, faulty, healthy, clock } = stage
    const group = await besideLane(stage)
    const slice = await claimPartition(faulty, { group, owner: struck, leaseMs: LEASE_MS })
    return {
      call: () => faulty.settle(allDone(slice)),
      async after({ died }) {
        if (!died) await settle(faulty, allDone(slice))
        await clock.advance(100 * LEASE_MS)
        const handed = await workOff(healthy, { group, owner: third })
        if (!died) equal(handed.length, 2, name)
        equal(new Set(handed).size, handed.length, name)
      },
    }
  },
}

const claimOfTwoGroups: Scenario = {
  what: "claim for two groups that have nothing",
  async prepare({ name, faulty, healthy }) {
    const groups = [`one-${name}`, `two-${name}`]
    for (const group of groups) await ensure(healthy, { group, order: "key", start: { at: "now" } })
    return {
      call: () =>
        faulty.claim({
          owner: struck,
          groups: groups.map((group) => ({ group, types: ["noted"], limit: 10 })),
          leaseMs: LEASE_MS,
        }),
      async after() {
        const positions = await store(healthy, event(`in-${name}`))
        for (const group of groups) deepEqual(await workOff(healthy, { group, owner: third }), positions, name)
      },
    }
  },
}

/** Settles and claims of many kinds of parts. */
export const partScenarios: readonly Scenario[] = [
  settleInTotalOrder("settle in total order with messages", "any"),
  settleInTotalOrder("settle in total order that conflicts", "stream-exists"),
  settleWithWork,
  claimBesideLane,
  settleBesideLane,
  claimOfTwoGroups,
]
