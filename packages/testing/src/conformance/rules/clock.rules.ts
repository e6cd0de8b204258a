import { deepEqual, equal, ok } from "node:assert/strict"

import { appendOne, store } from "../build/appending.ts"
import { claimNothing, claimPartition, positionsIn, storageNow } from "../build/claims.ts"
import { ensure, owner } from "../build/groups.ts"
import { event } from "../build/messages.ts"
import { idsOf, readAll } from "../build/reading.ts"
import { allDone, settle } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const steered = { needs: "clock" } as const

/** A storage whose clock was set back: by a person, or by the network's time. */
export const clockRules: readonly Rule[] = [
  rule(
    "append and promote record instants that never fall along positions though the storage's clock was set back",
    async ({ backend, advance, setBack }) => {
      await store(backend, event("a"))
      await advance(10_000)
      await store(backend, event("a"))
      await setBack(5_000)
      await store(backend, event("a"), event("b"))
      await appendOne(backend, { streams: [], schedules: [{ message: event("c"), at: 1 }] })
      equal((await backend.promote(1)).promoted, 1)
      await advance(1_000)
      await store(backend, event("a"))
      const instants = (await readAll(backend)).map(({ recordedAt }) => recordedAt)
      equal(instants.length, 6)
      deepEqual(instants, instants.toSorted())
    },
    steered,
  ),

  rule(
    "extend never shortens a lease though the storage's clock was set back, and its holder settles",
    async ({ backend, advance, setBack }) => {
      await ensure(backend)
      const positions = await store(backend, event("a"), event("b"))
      const slice = await claimPartition(backend, { owner: owner("p1"), limit: 1, leaseMs: 600_000 })
      const leasedTo = (await storageNow(backend)) + 600_000
      await setBack(300_000)
      equal(await backend.extend(slice.lease, 100_000), true)
      await advance(800_000)
      const { now } = await claimNothing(backend, { owner: owner("p2") })
      ok(now < leasedTo, `the lease lasts until ${leasedTo}, now it is ${now}`)
      await settle(backend, allDone(slice))
      deepEqual(positionsIn(await claimPartition(backend, { owner: owner("p2") })), positions.slice(1))
    },
    steered,
  ),

  rule(
    "promote appends a schedule once though the storage's clock passes its instant twice [S33.c]",
    async ({ backend, advance, setBack }) => {
      const at = (await storageNow(backend)) + 1_000
      const [first, second] = [event("a"), event("b")]
      await appendOne(backend, { streams: [], schedules: [{ message: first, at }] })
      await advance(2_000)
      equal((await backend.promote(10)).promoted, 1)
      await setBack(5_000)
      await appendOne(backend, { streams: [], schedules: [{ message: second, at }] })
      const early = await backend.promote(10)
      deepEqual([early.promoted, early.nextDue], [0, at])
      await advance(5_000)
      equal((await backend.promote(10)).promoted, 1)
      deepEqual(idsOf(await readAll(backend)), idsOf([first, second]))
    },
    steered,
  ),
]
