import { deepEqual, equal } from "node:assert/strict"

import { store, to } from "../build/appending.ts"
import { claimLanes, claimNothing, claimPartition, positionsIn } from "../build/claims.ts"
import { ensure, infoOf } from "../build/groups.ts"
import { laneLease, laneOf, openLanes, settleLane } from "../build/lanes.ts"
import { event, events, newId } from "../build/messages.ts"
import { countOf, readStream } from "../build/reading.ts"
import { doneWith, partOf, retried, settle, storing, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const made = (streamId: string) => event(streamId, { type: "made" })

/** Settling: effects and progress together. */
export const settleRules: readonly Rule[] = [
  rule("settle stores effects and progress together, and ends the lease [L5.a S13.d]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"))
    const slice = await claimPartition(backend)
    const schedules = [{ message: made("later"), at: 4_000_000_000_000 }]
    const documents = [{ collection: "c", id: "d", expectedRevision: 0, value: 1 }]
    const effects = to("out", [made("out"), made("out")], "no-stream", { schedules, documents })
    const settled = await settle(backend, doneWith(slice, storing(slice, "a", effects)))
    const stored = await readStream(backend, "out")
    deepEqual(settled.parts, [
      { kind: "stored", position: stored.at(-1)?.position, streams: [{ streamId: "out", version: 2 }] },
    ])
    deepEqual(settled.lanes, [])
    equal((await backend.operator.schedules({ limit: 9 })).length, 1)
    deepEqual(
      (await backend.documents({ collection: "c", ids: ["d"] })).map(({ revision }) => revision),
      [1],
    )
    await claimNothing(backend)
    deepEqual([(await infoOf(backend)).lag, await openLanes(backend)], [0, []])
  }),

  rule("settle moves the checkpoint to what it says and no further [lesson 5]", async ({ backend }) => {
    await ensure(backend)
    const [first = 0, second = 0, third = 0] = await store(backend, ...events("a", 3))
    const slice = await claimPartition(backend)
    await settle(backend, { lease: slice.lease, checkpoint: first, parts: [] })
    const rest = await claimPartition(backend)
    deepEqual([positionsIn(rest), rest.from], [[second, third], first])
  }),

  rule("settle with messages for its own group hands them out afterwards [S13.d]", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"))
    const slice = await claimPartition(backend)
    await settle(backend, doneWith(slice, storing(slice, "a", to("a", [event("a")], 1))))
    equal((await workOff(backend)).length, 1)
  }),

  rule("settle counts what was dropped while replaying", async ({ backend }) => {
    await ensure(backend)
    await store(backend, ...events("a", 2))
    for (const dropped of [3, 4]) {
      const slice = await claimPartition(backend, { limit: 1 })
      await settle(backend, doneWith(slice, partOf(slice, "a", { dropped })))
    }
    equal((await infoOf(backend)).dropped, 7)
  }),

  rule("settle counts what a part dropped when the part is stored, and not before", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"), event("b"), event("out", { type: "made" }))
    const slice = await claimPartition(backend)
    const effects = to("out", [event("out", { type: "made" })], "no-stream")
    const parts = [partOf(slice, "a", { dropped: 2 }), storing(slice, "b", effects, { dropped: 3 })]
    const { lanes } = await settle(backend, doneWith(slice, ...parts))
    const [lane] = lanes
    deepEqual([lane?.key, (await infoOf(backend)).dropped], ["b", 2])
    if (lane === undefined) throw new Error("unreachable")
    const { from } = partOf(slice, "b")
    await settleLane(backend, laneLease(slice, lane), { from, doneTo: slice.scannedTo, dropped: 3 })
    equal((await infoOf(backend)).dropped, 5)
  }),

  rule("settle that stops its group stores its parts and fences what comes after [S42.a]", async ({ backend }) => {
    await ensure(backend)
    const [first = 0] = await store(backend, ...events("a", 2), event("b"))
    const slice = await claimPartition(backend)
    const messageId = newId()
    const id = newId()
    await settle(backend, {
      ...doneWith(slice, retried(slice, "a", 0), storing(slice, "b", to("out", [event("out", { id, type: "made" })]))),
      stop: { reason: "error", error: "boom", messageId },
    })
    equal(await countOf(backend, [id]), 1)
    const info = await infoOf(backend)
    deepEqual(
      [info.status, info.stopped?.reason, info.stopped?.error, info.stopped?.messageId],
      ["stopped", "error", "boom", messageId],
    )
    await store(backend, event("b"))
    await claimNothing(backend)
    await backend.operator.startGroup("billing")
    equal((await laneOf(backend, "a")).next, first)
  }),

  rule(
    "settle that opens more lanes than the group may have stops the group and loses nothing",
    async ({ backend }) => {
      await ensure(backend, { maxLanes: 2 })
      const streams = ["a", "b", "c", "d"]
      const positions = await store(backend, ...streams.map((streamId) => event(streamId)))
      const slice = await claimPartition(backend, { limit: 1 })
      equal("stopped" in (await settle(backend, doneWith(slice, retried(slice, "a", 0)))), false)
      const lanes = await claimLanes(backend)
      await settle(backend, { lease: lanes.lease, parts: [retried(lanes, "a", 4_000_000_000_000)] })
      const rest = await claimPartition(backend)
      const settled = await settle(backend, doneWith(rest, ...["b", "c", "d"].map((key) => retried(rest, key, 0))))
      equal(settled.stopped, "max-lanes")
      equal((await infoOf(backend)).status, "stopped")
      await claimNothing(backend)
      await backend.operator.startGroup("billing")
      deepEqual(
        (await workOff(backend)).toSorted((one, two) => one - two),
        positions,
      )
    },
  ),
]
