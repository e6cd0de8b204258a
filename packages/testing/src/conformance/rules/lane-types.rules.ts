import { deepEqual, equal, ok } from "node:assert/strict"

import { LANES_PER_SLICE, partitionOf, PROCESS_TTL_MS, TYPE_GRACE_MS } from "@millrace/core/backend"
import type { Backend, Owner } from "@millrace/core/backend"

import { store } from "../build/appending.ts"
import { claim, claimLanes, claimNothing, positionsIn } from "../build/claims.ts"
import { ensure, G, infoOf, owner } from "../build/groups.ts"
import { dueLanes, NEVER, setAside } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { settle } from "../build/settles.ts"
import { until } from "../build/until.ts"
import { type Rule, rule } from "../rule.ts"

const BOTH = ["noted", "sent"]
const beat = (backend: Backend, who: Owner, kind: "join" | "beat") =>
  backend.heartbeat({ kind, owner: who, facts: { host: "h", pid: 1 }, wants: [{ group: G, types: ["noted"] }] })
const sent = (streamId: string) => event(streamId, { type: "sent" })
const SHORT_MS = 400

/** Lanes in front of a process that lacks a type. */
export const laneTypeRules: readonly Rule[] = [
  rule("lanes of a type that a process lacks are not handed to it", async (log) => {
    const { backend } = log
    await ensure(backend, { types: BOTH })
    const [first = 0] = await store(backend, sent("a"))
    await setAside(backend, ["a"], { types: BOTH })
    const poor = await claim(backend, { types: ["noted"] })
    ok(poor.kind === "idle" || poor.messages.length === 0, "a process got a message of a type it lacks")
    if (poor.kind === "slice") await settle(backend, { lease: poor.lease, parts: [] })
    const rich = await until(log, "the lane to be free", async () => {
      const slice = await claim(backend, { types: BOTH })
      return slice.kind === "slice" ? slice : undefined
    })
    deepEqual(positionsIn(rich), [first])
  }),

  rule(
    "lanes of a type that a process lacks do not hide the lanes of other partitions, however many they are",
    async ({ backend }) => {
      await ensure(backend, { types: BOTH })
      const names = Array.from({ length: 200 }, (_, at) => `s-${at}`)
      const many = names.filter((name) => partitionOf(name, 2) === 0).slice(0, 60)
      const last = names.find((name) => partitionOf(name, 2) === 1) ?? ""
      await store(backend, ...many.map(sent), event(last))
      for (const streams of [many, [last]]) await setAside(backend, streams, { types: BOTH, retryAt: NEVER })
      await backend.operator.retryLanes(G, [...many, last])
      const lanes = await claimLanes(backend, { types: ["noted"] })
      deepEqual(
        lanes.lanes.map(({ key }) => key),
        [last],
      )
    },
    { partitions: 2 },
  ),

  rule(
    "lanes of a type that a process lacks do not hide later lanes of their own partition, however many they are",
    async ({ backend }) => {
      await ensure(backend, { types: BOTH })
      const many = Array.from({ length: LANES_PER_SLICE * 2 + 5 }, (_, at) => `s-${at}`)
      const [one = 0, two = 0] = (await store(backend, ...many.map(sent), event("x"), event("y"))).slice(-2)
      await setAside(backend, [...many, "x", "y"], { types: BOTH, limit: 1_000 })
      const slice = await claimLanes(backend, { types: ["noted"] })
      deepEqual(positionsIn(slice), [one, two])
      deepEqual((await claimNothing(backend, { types: ["noted"] })).outdated, [{ group: G, type: "sent" }])
      equal((await claimLanes(backend, { types: BOTH, limit: 1_000 })).lanes.length, LANES_PER_SLICE)
    },
  ),

  rule(
    "lanes that keep a trimmed message are not handed to a process that lacks its type, though the type has left the group",
    async ({ backend, advance }) => {
      const [goes, stays] = [owner("p1"), owner("p2")]
      await ensure(backend, { types: BOTH, owner: goes })
      await beat(backend, stays, "join")
      const [first = 0] = await store(backend, sent("a"))
      await setAside(backend, ["a"], { types: BOTH, owner: goes, retryAt: NEVER })
      await store(backend, sent("b"))
      await backend.operator.trim(first, { force: true })
      for (let spent = 0; spent <= TYPE_GRACE_MS + PROCESS_TTL_MS; spent += 5_000) {
        await advance(5_000)
        await beat(backend, stays, "beat")
      }
      await ensure(backend, { types: ["noted"], owner: stays })
      deepEqual(
        (await infoOf(backend)).types.map(({ type }) => type),
        ["noted"],
      )
      await backend.operator.retryLanes(G, ["a"])
      await claimNothing(backend, { types: ["noted"], owner: stays })
      deepEqual(positionsIn(await claimLanes(backend, { types: BOTH, owner: goes })), [first])
    },
  ),

  rule(
    "keyed lanes of a type that a process lacks do not hide later lanes, however many they are",
    async ({ backend }) => {
      await ensure(backend, { types: BOTH, order: "key" })
      const many = Array.from({ length: LANES_PER_SLICE + 5 }, (_, at) => `s-${at}`)
      const [last = 0] = (await store(backend, ...many.map(sent), event("x"))).slice(-1)
      await setAside(backend, [...many, "x"], { types: BOTH, limit: 1_000 })
      const slice = await claimLanes(backend, { types: ["noted"] })
      deepEqual([slice.lanes.map(({ key }) => key), positionsIn(slice)], [["x"], [last]])
      await claimNothing(backend, { types: ["noted"] })
    },
  ),

  rule("a lane of a type that a process lacks does not hide one that was taken over", async (log) => {
    const { backend } = log
    await ensure(backend, { types: BOTH })
    const [, last = 0] = await store(backend, sent("a"), event("b"))
    await setAside(backend, ["a", "b"], { types: BOTH })
    const lost = await claimLanes(backend, { types: ["noted"], owner: owner("p1"), leaseMs: SHORT_MS })
    deepEqual(positionsIn(lost), [last])
    const taken = await dueLanes(log, { types: ["noted"], owner: owner("p2") })
    deepEqual([positionsIn(taken), taken.takeovers], [[last], 1])
  }),
]
