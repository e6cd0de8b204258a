import { deepEqual, equal } from "node:assert/strict"

import { store } from "../build/appending.ts"
import { claimLanes, claimNothing, claimPartition } from "../build/claims.ts"
import { ensure, G, infoOf } from "../build/groups.ts"
import { laneOf, NEVER, openLanes, park, setAside } from "../build/lanes.ts"
import { event, events } from "../build/messages.ts"
import { refuses } from "../build/refusal.ts"
import { allDone, doneWith, parked, retried, settle } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

/** Dead letters and retries, as operators see and move them. */
export const operatorLaneRules: readonly Rule[] = [
  rule(
    "lanes shows what each lane waits for: its message, failures, error, retry and holder [S43.c]",
    async ({ backend }) => {
      await ensure(backend)
      const message = event("a")
      const [next = 0] = await store(backend, message)
      await setAside(backend, ["a"], { retryAt: NEVER })
      const lane = {
        group: G,
        key: "a",
        partition: 0,
        status: "retrying",
        next,
        messageId: message.id,
        failures: 1,
        retryAt: NEVER,
        error: "boom",
      }
      deepEqual(await backend.operator.lanes(), [lane])
      await backend.operator.retryLanes(G, ["a"])
      await claimLanes(backend)
      equal((await laneOf(backend, "a")).leasedBy, "p1")
    },
  ),

  rule("lanes are listed by group and key, filtered and paged [S43.c]", async ({ backend }) => {
    for (const group of ["two", "one"]) {
      await ensure(backend, { group })
    }
    await store(backend, ...["c", "a", "b", "d"].map((streamId) => event(streamId)))
    for (const group of ["two", "one"]) {
      const slice = await claimPartition(backend, { group })
      await settle(backend, doneWith(slice, parked(slice, "c"), retried(slice, "a", NEVER), parked(slice, "b")))
    }
    const names = async (query: Parameters<typeof backend.operator.lanes>[0]) =>
      (await backend.operator.lanes(query)).map(({ group, key }) => `${group}/${key}`)
    deepEqual(await names({}), ["one/a", "one/b", "one/c", "two/a", "two/b", "two/c"])
    deepEqual(await names({ group: "two", status: "parked" }), ["two/b", "two/c"])
    deepEqual(await names({ status: "retrying" }), ["one/a", "two/a"])
    deepEqual(await names({ group: "one", limit: 2 }), ["one/a", "one/b"])
    deepEqual(await names({ group: "one", limit: 2, after: "b" }), ["one/c"])
  }),

  rule(
    "retryLanes makes all parked lanes of a group due, or those named, and counts them [S43.c]",
    async ({ backend }) => {
      const { operator } = backend
      await ensure(backend)
      await store(backend, ...["a", "b", "c"].map((streamId) => event(streamId)))
      const slice = await claimPartition(backend)
      await settle(backend, doneWith(slice, parked(slice, "a", 5), parked(slice, "b"), retried(slice, "c", NEVER)))
      equal(await operator.retryLanes(G, ["nobody"]), 0)
      equal(await operator.retryLanes(G, ["a", "nobody"]), 1)
      const first = await claimLanes(backend)
      deepEqual(
        first.messages.map(({ message, attempt }) => [message.streamId, attempt]),
        [["a", 6]],
      )
      await settle(backend, allDone(first))
      equal(await operator.retryLanes(G), 1)
      deepEqual(
        (await claimLanes(backend)).lanes.map(({ key }) => key),
        ["b"],
      )
      await claimNothing(backend)
      equal(await operator.retryLanes(G, ["c"]), 1)
      deepEqual(
        (await claimLanes(backend)).lanes.map(({ key }) => key),
        ["c"],
      )
    },
  ),

  rule(
    "discardLane passes over the message a lane waits at and lists it; the lane goes on behind it [S43.c]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0, second = 0] = await store(backend, ...events("a", 2), event("b"))
      await park(backend, ["a"])
      await backend.operator.discardLane(G, "a")
      const lane = await claimLanes(backend)
      deepEqual(
        lane.messages.map(({ message, attempt }) => [message.position, attempt]),
        [[second, 1]],
      )
      await settle(backend, allDone(lane))
      const { skips, skipped, parked: still, lag } = await infoOf(backend)
      deepEqual(
        [skips.map(({ position, how }) => [position, how]), skipped, still, lag],
        [[[first, "discarded"]], 1, 0, 0],
      )
    },
  ),

  rule("discardLane of a lane's only message leaves nothing waiting [S43.c]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"))
    await park(backend, ["a"])
    await backend.operator.discardLane(G, "a")
    for (let claims = 0; claims < 2; claims += 1) {
      const slice = await backend.claim({
        owner: { processName: "p", bootId: "b" },
        groups: [{ group: G, types: ["noted"], limit: 9 }],
        leaseMs: 1_000,
      })
      if (slice.kind === "idle") break
      deepEqual(slice.messages, [])
      await settle(backend, allDone(slice))
    }
    deepEqual([await openLanes(backend), (await infoOf(backend)).lag], [[], 0])
  }),

  rule("discardLane of a lane that is not open throws not-found [S43.c]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"))
    await refuses("not-found", backend.operator.discardLane(G, "a"))
  }),
]
