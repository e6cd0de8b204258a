import { deepEqual, equal, ok } from "node:assert/strict"

import { MAX_LEASE_FACTOR } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimNothing, claimPartition, positionsIn } from "../build/claims.ts"
import { ensure, owner } from "../build/groups.ts"
import { event, events } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { allDone, givenBack, partOf, settle } from "../build/settles.ts"
import { until } from "../build/until.ts"
import { type Rule, rule } from "../rule.ts"
import type { TestLog } from "../test-log.ts"

const [one, two] = [owner("p1"), owner("p2")]
const SHORT_MS = 400

/** Claims a partition as soon as its lease has ended. */
async function takeOver(log: TestLog, who = two, leaseMs = SHORT_MS) {
  return until(log, "a take-over", async () => {
    const slice = await claim(log.backend, { owner: who, leaseMs })
    return slice.kind === "slice" && slice.source === "partition" ? slice : undefined
  })
}

/** Leases: how they end, are taken over, lengthened and fenced. */
export const leaseRules: readonly Rule[] = [
  rule(
    "claim takes an expired lease over, counts it, and hands out one message only [S41.c L4.c lesson 8 lesson 30 lesson 34 lesson 46]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      const positions = await store(backend, ...events("a", 3), event("b"))
      const lost = await claimPartition(backend, { owner: one, leaseMs: SHORT_MS })
      equal(lost.takeovers, 0)
      await claimNothing(backend, { owner: two })
      const taken = await takeOver(log)
      deepEqual([taken.takeovers, positionsIn(taken)], [1, positions.slice(0, 1)])
      ok(taken.lease.token > lost.lease.token)
      const [handed] = taken.messages
      deepEqual([handed?.attempt, handed?.handledBefore], [1, false], "a take-over is no failure")
    },
  ),

  rule("claim counts take-overs until there is progress [lesson 34 lesson 40]", async (log) => {
    const { backend } = log
    await ensure(backend)
    const positions = await store(backend, ...events("a", 3))
    await claimPartition(backend, { owner: one, leaseMs: SHORT_MS })
    const first = await takeOver(log)
    const second = await takeOver(log, one)
    deepEqual([first.takeovers, second.takeovers, positionsIn(second)], [1, 2, positions.slice(0, 1)])
    await settle(backend, allDone(second))
    const after = await claimPartition(backend, { owner: one })
    deepEqual([after.takeovers, positionsIn(after)], [0, positions.slice(1)])
  }),

  rule("claim doubles the lease with each take-over, up to a factor [lesson 33]", async (log) => {
    const { backend } = log
    await ensure(backend)
    await store(backend, event("a"))
    await claimPartition(backend, { owner: one, leaseMs: SHORT_MS })
    for (let takeovers = 1; takeovers <= 6; takeovers += 1) {
      const slice = await takeOver(log, takeovers % 2 === 0 ? one : two)
      equal(slice.takeovers, takeovers)
      const { now, nextAt } = await claimNothing(backend, { owner: owner("p3") })
      const lasts = (nextAt ?? 0) - now
      const expected = SHORT_MS * Math.min(2 ** takeovers, MAX_LEASE_FACTOR)
      ok(
        lasts <= expected && lasts > expected / 2,
        `take-over ${takeovers}: the lease lasts ${lasts} ms, expected about ${expected}`,
      )
    }
  }),

  rule("claim does not count a lease that was settled or given back as a take-over [S40.d]", async (log) => {
    const { backend } = log
    await ensure(backend)
    const positions = await store(backend, ...events("a", 3))
    await settle(backend, givenBack(await claimPartition(backend, { owner: one, leaseMs: SHORT_MS })))
    const again = await claimPartition(backend, { owner: two, limit: 1 })
    deepEqual([again.takeovers, positionsIn(again)], [0, positions.slice(0, 1)])
    await settle(backend, allDone(again))
    await log.advance(SHORT_MS * 2)
    const next = await claimPartition(backend, { owner: one })
    deepEqual([next.takeovers, positionsIn(next)], [0, positions.slice(1)])
  }),

  rule(
    "settle by a worker whose lease was taken over is fenced and changes nothing, with effects or without [S41.c lesson 7]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      const lost = await claimPartition(backend, { owner: one, leaseMs: SHORT_MS })
      const taken = await takeOver(log)
      const effects = {
        streams: [{ streamId: "out", expected: "any" as const, messages: [event("out", { type: "late" })] }],
      }
      const withPart = { ...allDone(lost), parts: [partOf(lost, "a", { effects })] }
      for (const late of [withPart, allDone(lost), givenBack(lost), { ...givenBack(lost), stop: { reason: "late" } }]) {
        deepEqual(await backend.settle(late), { kind: "fenced" })
      }
      equal((await readAll(backend)).length, 2)
      await claimNothing(backend, { owner: one })
      equal((await settle(backend, allDone(taken))).kind, "settled")
      deepEqual(await backend.settle(withPart), { kind: "fenced" })
    },
  ),

  rule(
    "settle judges the token and not the expiry: an expired lease that nobody took still settles [lesson 33]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      const positions = await store(backend, ...events("a", 2))
      const slice = await claimPartition(backend, { owner: one, leaseMs: SHORT_MS, limit: 1 })
      await log.advance(SHORT_MS * 3)
      await settle(backend, allDone(slice))
      const next = await claimPartition(backend, { owner: two })
      deepEqual([next.takeovers, positionsIn(next)], [0, positions.slice(1)])
    },
  ),

  rule("extend lengthens a lease, so that nobody takes it over [lesson 33]", async (log) => {
    const { backend } = log
    await ensure(backend)
    await store(backend, event("a"))
    const slice = await claimPartition(backend, { owner: one, leaseMs: SHORT_MS })
    equal(await backend.extend(slice.lease, SHORT_MS * 50), true)
    await log.advance(SHORT_MS * 3)
    const idle = await claimNothing(backend, { owner: two })
    ok((idle.nextAt ?? 0) > idle.now + SHORT_MS * 10, "the end of the lease moved")
    await settle(backend, allDone(slice))
  }),

  rule(
    "extend answers false once somebody else has the lease, and true while an expired one is nobody else's [lesson 7]",
    async (log) => {
      const { backend } = log
      await ensure(backend)
      await store(backend, event("a"))
      const slice = await claimPartition(backend, { owner: one, leaseMs: SHORT_MS })
      await log.advance(SHORT_MS * 2)
      equal(await backend.extend(slice.lease, SHORT_MS), true)
      await claimNothing(backend, { owner: two })
      const taken = await takeOver(log)
      equal(await backend.extend(slice.lease, SHORT_MS), false)
      equal(await backend.extend(taken.lease, SHORT_MS), true)
      await settle(backend, allDone(taken))
      equal(await backend.extend(taken.lease, SHORT_MS), false, "a settled lease is over")
    },
  ),

  rule("claim by two workers after the same lease has ended gives it to one [lesson 7]", async (log) => {
    const { backend } = log
    const other = await log.reopen()
    await ensure(backend)
    await store(backend, event("a"))
    await claimPartition(backend, { owner: owner("dead"), leaseMs: SHORT_MS })
    await log.advance(SHORT_MS + 1)
    const claims = await Promise.all([claim(backend, { owner: one }), claim(other, { owner: two })])
    deepEqual(claims.map(({ kind }) => kind).toSorted(), ["idle", "slice"])
  }),
]
