import { deepEqual, equal } from "node:assert/strict"

import { REPEATS_KEPT } from "@millrace/core/backend"
import type { Settlement } from "@millrace/core/backend"

import { store, to } from "../build/appending.ts"
import { claimLanes, claimPartition } from "../build/claims.ts"
import { ensure, infoOf, owner } from "../build/groups.ts"
import { handOver, laneLease, openLanes, setAside } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { readStream } from "../build/reading.ts"
import { allDone, doneWith, handedOver, kept, retried, settle, storing } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const made = (streamId: string) => event(streamId, { type: "made" })

/** A settle whose answer was lost and that comes again. */
export const settleRepeatRules: readonly Rule[] = [
  rule(
    "settle again with the same settlement answers the same and stores nothing twice [lesson 29]",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, ...events("a", 2), event("b"))
      const slice = await claimPartition(backend)
      const settlement = doneWith(
        slice,
        storing(slice, "a", to("out", [made("out")]), { dropped: 2 }),
        retried(slice, "b", 0),
      )
      const first = await settle(backend, settlement)
      deepEqual(kept(await settle(backend, settlement)), kept(first))
      deepEqual(
        [(await readStream(backend, "out")).length, (await infoOf(backend)).dropped, await openLanes(backend)],
        [1, 2, ["b"]],
      )
    },
  ),

  rule(
    "settle again through another backend object, at once or side by side, stores nothing twice [lesson 29]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      await ensure(backend)
      await store(backend, event("a"))
      const slice = await claimPartition(backend)
      const settlement = doneWith(slice, storing(slice, "a", to("out", [made("out")])))
      const answers = await Promise.all(
        Array.from({ length: 6 }, (_, at) => settle(at % 2 === 0 ? backend : other, settlement)),
      )
      for (const answer of answers) deepEqual(kept(answer), kept(answers[0]))
      equal((await readStream(backend, "out")).length, 1)
    },
  ),

  rule(
    "settle again after the partition went on to somebody else still answers the same and does not disturb it [lesson 7 lesson 29]",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, ...events("a", 3))
      const slice = await claimPartition(backend, { limit: 1 })
      const settlement = doneWith(slice, storing(slice, "a", to("out", [made("out")])))
      const first = await settle(backend, settlement)
      const next = await claimPartition(backend, { limit: 1, owner: owner("p2") })
      deepEqual(kept(await settle(backend, settlement)), kept(first))
      await settle(backend, allDone(next))
      deepEqual(kept(await settle(backend, settlement)), kept(first))
      deepEqual([(await readStream(backend, "out")).length, (await infoOf(backend)).lag], [1, 1])
    },
  ),

  rule(
    "settle again answers the tokens of the lanes it handed over, and they still hold [lesson 29]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0] = await store(backend, event("a"), event("b"))
      await store(backend, made("out"))
      const slice = await claimPartition(backend)
      const settlement = doneWith(
        slice,
        handedOver(slice, "a"),
        storing(slice, "b", to("out", [made("out")], "no-stream")),
      )
      const settled = await settle(backend, settlement)
      const repeated = await settle(backend, settlement)
      deepEqual(kept(repeated), kept(settled))
      const token = repeated.lanes.find(({ key }) => key === "a")
      if (token === undefined) throw new Error("the repetition answers no token for lane a")
      const part = { key: "a", from: first, doneTo: slice.scannedTo }
      equal((await settle(backend, { lease: laneLease(slice, token), parts: [part] })).parts.length, 1)
      deepEqual(await openLanes(backend), ["b"])
    },
  ),

  rule(
    "settle of lanes again answers the same and stores nothing twice, also when the lane has closed [lesson 29]",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      await setAside(backend, ["a", "b"])
      const slice = await claimLanes(backend)
      const settlement: Settlement = {
        lease: slice.lease,
        parts: slice.lanes.map(({ key, next, scannedTo }) => ({
          key,
          from: next,
          doneTo: scannedTo,
          effects: to(`out-${key}`, [made(`out-${key}`)]),
          dropped: 1,
        })),
      }
      const first = await settle(backend, settlement)
      deepEqual(kept(await settle(backend, settlement)), kept(first))
      equal((await readStream(backend, "out-a")).length, 1)
      deepEqual([await openLanes(backend), (await infoOf(backend)).dropped], [[], 2])
    },
  ),

  rule(
    "settle of a lane that goes on is recognised when it comes again, and does not move the lane twice [lesson 29]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0, second = 0] = await store(backend, ...events("a", 2))
      const lease = await handOver(backend, "a")
      const again = { as: "retry", position: second, failures: 1, retryAt: 0 } as const
      const settlement: Settlement = { lease, parts: [{ key: "a", from: first, doneTo: first, deferral: again }] }
      const settled = await settle(backend, settlement)
      const next = await claimLanes(backend)
      deepEqual(kept(await settle(backend, settlement)), kept(settled))
      deepEqual(
        next.messages.map(({ message, attempt }) => [message.position, attempt]),
        [[second, 2]],
      )
      await settle(backend, allDone(next))
      deepEqual(await openLanes(backend), [])
    },
  ),

  rule(
    "settles of lanes are remembered, each of them, for the last REPEATS_KEPT of a partition [lesson 29]",
    async ({ backend }) => {
      await ensure(backend)
      const streams = Array.from({ length: REPEATS_KEPT }, (_, at) => `s-${at}`)
      await store(backend, ...streams.map((streamId) => event(streamId)))
      await setAside(backend, streams)
      const slice = await claimLanes(backend)
      const settlements = slice.lanes.map(({ key, next, scannedTo }): Settlement => {
        const lanes = slice.lease.lanes.filter((lane) => lane.key === key)
        const effects = to(`out-${key}`, [made(`out-${key}`)])
        return { lease: { ...slice.lease, lanes }, parts: [{ key, from: next, doneTo: scannedTo, effects }] }
      })
      const answers = []
      for (const settlement of settlements) answers.push(await settle(backend, settlement))
      for (const [at, settlement] of settlements.entries())
        deepEqual(kept(await settle(backend, settlement)), kept(answers[at]))
      for (const key of streams) equal((await readStream(backend, `out-${key}`)).length, 1)
    },
  ),
]
