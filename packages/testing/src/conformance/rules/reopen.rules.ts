import { deepEqual, equal } from "node:assert/strict"

import { appendOne, kinds, store, to } from "../build/appending.ts"
import { claimLanes, claimNothing, claimPartition, positionsIn, storageNow } from "../build/claims.ts"
import { ensure, infoOf, owner } from "../build/groups.ts"
import { laneOf, NEVER, setAside } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { allDone, settle } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const persistent = { needs: "persistence" } as const

/** What outlives the objects that wrote it. A storage whose data ends with the process promises nothing of it. */
export const reopenRules: readonly Rule[] = [
  rule(
    "a persistent log opened after its only backend object was closed holds messages, keys, documents and schedules",
    async ({ backend, reopen }) => {
      const key = { idempotencyKey: "k", fingerprint: "f" }
      const documents = [{ collection: "c", id: "d", expectedRevision: 0, value: { kept: true } }]
      const first = event("a")
      await appendOne(backend, to("a", [first], "no-stream", { ...key, documents }))
      const at = (await storageNow(backend)) + 60_000
      const later = event("b")
      await appendOne(backend, { streams: [], schedules: [{ message: later, at }] })
      const [messages, stats] = [await readAll(backend), await backend.operator.stats()]
      await backend.close()

      const anew = await reopen()
      deepEqual([await readAll(anew), await anew.operator.stats()], [messages, stats])
      deepEqual(
        (await anew.operator.schedules({ limit: 10 })).map(({ message, at: due }) => [message.id, due]),
        [[later.id, at]],
      )
      deepEqual(
        (await anew.documents({ collection: "c", ids: ["d"] })).map(({ id, value }) => [id, value]),
        [["d", { kept: true }]],
      )
      deepEqual(kinds(await anew.append([to("a", [first], "no-stream", key)])), ["duplicate"])
      deepEqual(kinds(await anew.append([to("a", [event("a")], 0), to("a", [event("a")], 1)])), [
        "conflict",
        "appended",
      ])
    },
    persistent,
  ),

  rule(
    "a persistent log opened after its only backend object was closed holds groups, lanes and leases",
    async ({ backend, reopen }) => {
      await ensure(backend)
      const [first = 0] = await store(backend, event("a"), event("b"))
      await setAside(backend, ["a"], { retryAt: NEVER })
      const [third = 0] = await store(backend, event("b"))
      const held = await claimPartition(backend, { owner: owner("p1") })
      const info = await infoOf(backend)
      await backend.close()

      const anew = await reopen()
      deepEqual([await infoOf(anew), positionsIn(held)], [info, [third]])
      equal((await ensure(anew)).created, false)
      const lane = await laneOf(anew, "a")
      deepEqual([lane.next, lane.failures, lane.error], [first, 1, "boom"])
      await claimNothing(anew, { owner: owner("p2") })
      equal(await anew.extend(held.lease, 60_000), true)
      await settle(anew, allDone(held))
      equal(await anew.operator.retryLanes("billing", ["a"]), 1)
      const again = await claimLanes(anew)
      deepEqual([positionsIn(again), again.messages[0]?.attempt], [[first], 2])
    },
    persistent,
  ),
]
