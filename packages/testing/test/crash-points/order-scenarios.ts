import { deepEqual } from "node:assert/strict"

import type { GroupOrder } from "@millrace/core/backend"

import { store } from "../../src/conformance/build/appending.ts"
import { claim } from "../../src/conformance/build/claims.ts"
import { ensure } from "../../src/conformance/build/groups.ts"
import { events } from "../../src/conformance/build/messages.ts"
import { workOff } from "../../src/conformance/build/settles.ts"
import type { Scenario } from "./scenario.ts"
import { LEASE_MS, struck, third } from "./work.ts"

/** Claims in a group of another order than `stream`, with work or without. */
const claimIn = (order: GroupOrder, what: string, messages: number): Scenario => ({
  what,
  async prepare({ name, faulty, healthy, clock }) {
    const group = `group-${name}`
    await ensure(healthy, { group, order, start: { at: "now" } })
    const positions = await store(healthy, ...events(`in-${name}`, messages))
    return {
      call: () => claim(faulty, { group, owner: struck, leaseMs: LEASE_MS }),
      async after() {
        await clock.advance(100 * LEASE_MS)
        deepEqual(await workOff(healthy, { group, owner: third }), positions, name)
      },
    }
  },
})

export const claimsInOrders: readonly Scenario[] = [
  claimIn("log", "claim in a group of total order", 2),
  claimIn("log", "claim in a group of total order that has nothing", 0),
  claimIn("key", "claim in a group ordered by key", 2),
]
