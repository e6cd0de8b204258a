import { deepEqual, equal } from "node:assert/strict"

import { handledBefore } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claimNothing, claimPartition } from "../build/claims.ts"
import { ensure, G, infoOf } from "../build/groups.ts"
import { NEVER, openLanes } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { allDone, settle } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const log = { partitions: 8 }

/** Resets of groups in key order and in log order. */
export const resetOrderRules: readonly Rule[] = [
  rule(
    "resetGroup with a key's lane open has every slice of the replay name that key's own progress [S24.b S24.d S25.a]",
    async ({ backend }) => {
      await ensure(backend, { order: "key" })
      const [first = 0, second = 0, third = 0] = await store(backend, event("k-1"), event("m-1"), event("k-2"))
      const slice = await claimPartition(backend)
      const deferral = { as: "retry", position: third, failures: 1, retryAt: NEVER, error: "boom" } as const
      const part = { key: "k", from: first, doneTo: third - 1, deferral }
      await settle(backend, { lease: slice.lease, checkpoint: slice.scannedTo, parts: [part] })
      await backend.operator.resetGroup(G, { at: "beginning" })
      deepEqual(await openLanes(backend), [])
      for (const [position, key, before] of [
        [first, "k", true],
        [second, "m", true],
        [third, "k", false],
      ] as const) {
        const next = await claimPartition(backend, { limit: 1 })
        const [handed] = next.messages
        const rows = next.replayRows ?? []
        deepEqual(
          rows.map((row) => row.key),
          ["k"],
        )
        const own = rows.find((row) => row.key === key)
        const flag =
          own === undefined || handed === undefined ? handed?.handledBefore : handledBefore(own.replay, handed.message)
        deepEqual([handed?.message.position, flag], [position, before])
        await settle(backend, allDone(next))
      }
    },
    log,
  ),

  rule(
    "resetGroup ends the hold of a group in log order: it is claimable at once, its failures forgotten [S24.a S25.c S34.b]",
    async ({ backend }) => {
      await ensure(backend, { order: "log" })
      const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
      const slice = await claimPartition(backend)
      const hold = { retryAt: NEVER, failures: 1, error: "boom" }
      await settle(backend, { lease: slice.lease, checkpoint: first, parts: [], hold })
      equal((await claimNothing(backend)).nextAt, NEVER)
      await backend.operator.resetGroup(G, { at: "beginning" })
      equal((await infoOf(backend)).retryAt, undefined)
      const again = await claimPartition(backend)
      deepEqual(
        again.messages.map(({ message, attempt, handledBefore: flag }) => [message.position, attempt, flag]),
        [
          [first, 1, true],
          [second, 1, false],
        ],
      )
    },
    log,
  ),
]
