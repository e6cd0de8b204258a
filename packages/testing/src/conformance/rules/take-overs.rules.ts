import { deepEqual, equal, ok } from "node:assert/strict"

import { store, to } from "../build/appending.ts"
import { claim, claimLanes, claimNothing, claimPartition, positionsIn } from "../build/claims.ts"
import { ensure, owner } from "../build/groups.ts"
import { dueLanes, openLanes, setAside } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { allDone, doneWith, givenBack, lanePart, settle, storing } from "../build/settles.ts"
import { until } from "../build/until.ts"
import { type Rule, rule } from "../rule.ts"

const [one, two] = [owner("p1"), owner("p2")]
const SHORT_MS = 400

/** What a take-over leaves behind, and how long what is left to a worker stays its own. */
export const takeOverRules: readonly Rule[] = [
  rule(
    "take-overs of a partition are not forgotten when its slice is given back without progress [lesson 34 lesson 40]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      const positions = await store(backend, ...events("a", 3))
      await claimPartition(backend, { owner: one, leaseMs: SHORT_MS })
      const taken = await until(log, "a take-over", async () => {
        const slice = await claim(backend, { owner: two })
        return slice.kind === "slice" && slice.source === "partition" ? slice : undefined
      })
      equal(taken.takeovers, 1)
      await settle(backend, givenBack(taken))
      const again = await claimPartition(backend, { owner: one })
      deepEqual([again.takeovers, positionsIn(again)], [1, positions.slice(0, 1)])
      await settle(backend, allDone(again))
      const after = await claimPartition(backend, { owner: one })
      deepEqual([after.takeovers, positionsIn(after)], [0, positions.slice(1)])
    },
  ),

  rule(
    "take-overs of a lane are not forgotten when it is given back without progress [lesson 34 lesson 40]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      const positions = await store(backend, ...events("a", 2))
      await setAside(backend, ["a"])
      await claimLanes(backend, { owner: one, leaseMs: SHORT_MS })
      const taken = await dueLanes(log, { owner: two })
      equal(taken.takeovers, 1)
      await settle(backend, { lease: taken.lease, parts: [] })
      const again = await claimLanes(backend, { owner: one })
      deepEqual([again.takeovers, positionsIn(again)], [1, positions.slice(0, 1)])
      await settle(backend, allDone(again))
      const after = await claimLanes(backend, { owner: one })
      deepEqual([after.takeovers, positionsIn(after)], [0, positions.slice(1)])
    },
  ),

  rule(
    "extend of several lanes answers false, and does not throw, once one of them is settled or somebody else's [lesson 7]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      await store(backend, event("a"), event("b"), event("c"))
      await setAside(backend, ["a", "b", "c"])
      const slice = await claimLanes(backend, { owner: one, leaseMs: SHORT_MS })
      const leaseOf = (...keys: readonly string[]) => ({
        ...slice.lease,
        lanes: slice.lease.lanes.filter((lane) => keys.includes(lane.key)),
      })
      await settle(backend, { lease: leaseOf("c"), parts: [lanePart(slice, "c")] })
      deepEqual(await openLanes(backend), ["a", "b"])
      equal(await backend.extend(slice.lease, SHORT_MS), false, "one of its lanes has closed")
      equal(await backend.extend(leaseOf("b"), SHORT_MS * 100), true)
      const taken = await dueLanes(log, { owner: two })
      deepEqual(
        taken.lanes.map(({ key }) => key),
        ["a"],
      )
      equal(await backend.extend(leaseOf("a", "b"), SHORT_MS), false, "one of its lanes has passed on")
      equal(await backend.extend(leaseOf("b"), SHORT_MS), true, "the lane it kept is still its own")
      equal(await backend.extend(taken.lease, SHORT_MS), true, "the lane that passed on is its taker's")
    },
  ),

  rule(
    "the lane of a part that was not stored is leased only as long as its slice was [lesson 8 lesson 46]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      const [first = 0] = await store(backend, event("a"))
      await store(backend, event("out", { type: "made" }))
      const slice = await claimPartition(backend, { owner: one, leaseMs: SHORT_MS })
      const effects = to("out", [event("out", { type: "made" })], "no-stream")
      const settled = await settle(backend, doneWith(slice, storing(slice, "a", effects)))
      deepEqual(
        settled.lanes.map(({ key }) => key),
        ["a"],
      )
      const { now, nextAt } = await claimNothing(backend, { owner: two })
      ok(nextAt !== null && nextAt > now && nextAt <= now + SHORT_MS, `the lane is leased until ${nextAt}, now ${now}`)
      const taken = await dueLanes(log, { owner: two })
      deepEqual([positionsIn(taken), taken.takeovers], [[first], 1])
    },
  ),
]
