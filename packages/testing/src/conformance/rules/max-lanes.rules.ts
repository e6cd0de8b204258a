import { deepEqual, equal } from "node:assert/strict"

import { partitionOf } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claimLanes, claimNothing, claimPartition } from "../build/claims.ts"
import { ensure, infoOf } from "../build/groups.ts"
import { NEVER, openLanes, setAside } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { allDone, doneWith, lanePart, retried, settle } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const PARTITIONS = 4

/** One stream of each partition. */
const streams = Array.from({ length: 100 }, (_, at) => `s-${at}`).filter(
  (one, at, all) => all.findIndex((other) => partitionOf(other, PARTITIONS) === partitionOf(one, PARTITIONS)) === at,
)

/** The bound on a group's open lanes. */
export const maxLaneRules: readonly Rule[] = [
  rule(
    "settle counts the open lanes of the whole group, over its partitions, against the most it may have",
    async ({ backend }) => {
      equal(streams.length, PARTITIONS)
      await ensure(backend, { maxLanes: 2 })
      await store(backend, ...streams.map((streamId) => event(streamId)))
      const stops: boolean[] = []
      for (let settles = 0; settles < 3; settles += 1) {
        const slice = await claimPartition(backend)
        const keys = slice.messages.map(({ message }) => message.streamId)
        const settled = await settle(backend, doneWith(slice, ...keys.map((key) => retried(slice, key, NEVER))))
        stops.push(settled.stopped === "max-lanes")
      }
      deepEqual([stops, (await openLanes(backend)).length], [[false, false, true], 3])
      const { status, stopped } = await infoOf(backend)
      deepEqual([status, stopped?.reason], ["stopped", "max-lanes"])
      await claimNothing(backend)
    },
    { partitions: PARTITIONS },
  ),

  rule(
    "settle stops a group of too many open lanes only where it leaves more of them than it found",
    async ({ backend }) => {
      await ensure(backend, { maxLanes: 10 })
      await store(backend, ...["a", "b", "c"].map((streamId) => event(streamId)))
      await setAside(backend, ["a", "b", "c"])
      await ensure(backend, { maxLanes: 1 })
      const due = await claimLanes(backend)
      const lanes = due.lease.lanes.slice(0, 1)
      const parts = lanes.map(({ key }) => lanePart(due, key))
      const closing = await settle(backend, { lease: { ...due.lease, lanes }, parts })
      await store(backend, event("d"))
      const beside = await settle(backend, allDone(await claimPartition(backend)))
      deepEqual([closing.stopped, beside.stopped], [undefined, undefined])
      deepEqual([(await openLanes(backend)).length, (await infoOf(backend)).status], [2, "active"])
      await store(backend, event("e"))
      const slice = await claimPartition(backend)
      equal((await settle(backend, doneWith(slice, retried(slice, "e", NEVER)))).stopped, "max-lanes")
      equal((await infoOf(backend)).status, "stopped")
    },
  ),
]
