import { deepEqual, equal } from "node:assert/strict"

import { partitionOf } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claimNothing, claimPartition } from "../build/claims.ts"
import { ensure, infoOf } from "../build/groups.ts"
import { NEVER, openLanes } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { doneWith, retried, settle } from "../build/settles.ts"
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
]
