import { deepEqual, equal, ok } from "node:assert/strict"

import { store, to } from "../build/appending.ts"
import { claimLanes, claimNothing, claimPartition } from "../build/claims.ts"
import { ensure, infoOf, owner } from "../build/groups.ts"
import { laneLease, laneOf, openLanes, settleLane } from "../build/lanes.ts"
import { event } from "../build/messages.ts"
import { readAll, readStream } from "../build/reading.ts"
import { doneWith, retried, settle, storing } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const made = (streamId: string) => event(streamId, { type: "made" })

/** One part per stream: what becomes of one does not touch the others. */
export const settlePartRules: readonly Rule[] = [
  rule("settle judges parts one after another: a later one sees what an earlier one stored", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"), event("b"), event("c"))
    const slice = await claimPartition(backend)
    const parts = [
      storing(slice, "a", to("sum", [made("sum")], "no-stream")),
      storing(slice, "b", to("sum", [made("sum")], 1)),
      storing(slice, "c", to("sum", [made("sum")], "no-stream")),
    ]
    const settled = await settle(backend, doneWith(slice, ...parts))
    deepEqual(
      settled.parts.map(({ kind }) => kind),
      ["stored", "stored", "conflict"],
    )
    deepEqual(
      (await readStream(backend, "sum")).map(({ version }) => version),
      [1, 2],
    )
  }),

  rule(
    "settle names the part that met a version conflict, changes nothing of it, and hands that stream over to be decided again [lesson 1 lesson 2]",
    async ({ backend }) => {
      await ensure(backend)
      const [, second = 0] = await store(backend, event("a"), event("b"), event("b"), event("c"))
      await store(backend, made("out"))
      const slice = await claimPartition(backend, { owner: owner("p1") })
      const settled = await settle(
        backend,
        doneWith(
          slice,
          storing(slice, "a", to("x", [made("x")])),
          storing(
            slice,
            "b",
            to("out", [made("out")], "no-stream", {
              documents: [{ collection: "c", id: "d", expectedRevision: 0, value: 1 }],
            }),
          ),
          storing(slice, "c", to("x", [made("x")])),
        ),
      )
      deepEqual(
        settled.parts.map(({ kind }) => kind),
        ["stored", "conflict", "stored"],
      )
      deepEqual(settled.parts[1], { kind: "conflict", streamId: "out", expected: "no-stream", actualVersion: 1 })
      deepEqual(
        settled.lanes.map(({ key }) => key),
        ["b"],
      )
      deepEqual([(await readStream(backend, "x")).length, (await readStream(backend, "out")).length], [2, 1])
      deepEqual(await backend.documents({ collection: "c", ids: ["d"] }), [])
      const lane = await laneOf(backend, "b")
      deepEqual([lane.next, lane.leasedBy, lane.failures], [second, "p1", 0])
      await claimNothing(backend, { owner: owner("p2") })
      const [token] = settled.lanes
      ok(token !== undefined)
      const part = { from: second, doneTo: slice.scannedTo, effects: to("out", [made("out")], 1) }
      const again = await settleLane(backend, laneLease(slice, token), part)
      deepEqual([again.parts.map(({ kind }) => kind), await openLanes(backend)], [["stored"], []])
      equal((await infoOf(backend)).lag, 0)
    },
  ),

  rule("settle names the part that met a document conflict and changes nothing of it", async ({ backend }) => {
    await ensure(backend)
    await store(backend, event("a"), event("b"))
    const put = (expectedRevision: number) => ({
      documents: [{ collection: "c", id: "d", expectedRevision, value: expectedRevision }],
    })
    const slice = await claimPartition(backend)
    const parts = [
      storing(slice, "a", { streams: [], ...put(0) }),
      storing(slice, "b", to("out", [made("out")], "any", put(0))),
    ]
    const settled = await settle(backend, doneWith(slice, ...parts))
    deepEqual(settled.parts[0]?.kind, "stored")
    deepEqual(settled.parts[1], {
      kind: "document-conflict",
      collection: "c",
      id: "d",
      expectedRevision: 0,
      actualRevision: 1,
    })
    equal((await readStream(backend, "out")).length, 0)
    deepEqual(
      settled.lanes.map(({ key }) => key),
      ["b"],
    )
  }),

  rule(
    "settle refuses ids that belong to other messages, keys of other content and data it can not hold, each part alone [lesson 29]",
    async ({ backend, capabilities }) => {
      await ensure(backend)
      const foreign = made("other")
      await store(backend, event("a"), event("b"), event("c"), event("d"), foreign)
      await backend.append([to("k", [made("k")], "any", { idempotencyKey: "k", fingerprint: "one" })])
      const slice = await claimPartition(backend)
      const huge = event("out", { type: "made", payload: "x".repeat(capabilities.maxMessageBytes + 1) })
      const settled = await settle(
        backend,
        doneWith(
          slice,
          storing(slice, "a", to("out", [event("out", { id: foreign.id, type: "made" })])),
          storing(slice, "b", to("out", [made("out")], "any", { idempotencyKey: "k", fingerprint: "two" })),
          storing(slice, "c", to("out", [huge])),
          storing(slice, "d", to("out", [made("out")])),
        ),
      )
      const codes = settled.parts.map((part) => (part.kind === "refused" ? part.code : part.kind))
      deepEqual(codes, ["id-taken", "key-reused", "bad-data", "stored"])
      deepEqual(
        settled.lanes.map(({ key }) => key),
        ["a", "b", "c"],
      )
      equal((await readStream(backend, "out")).length, 1)
    },
  ),

  rule(
    "settle of a lane whose part is not stored leaves that lane to its owner under the same lease",
    async ({ backend }) => {
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      const slice = await claimPartition(backend)
      await settle(backend, doneWith(slice, retried(slice, "a", 0), retried(slice, "b", 0)))
      const lanes = await claimLanes(backend, { owner: owner("p1") })
      const part = (key: string, effects: ReturnType<typeof to>) => ({
        key,
        from: lanes.lanes.find((lane) => lane.key === key)?.next ?? 0,
        doneTo: lanes.lanes[0]?.scannedTo ?? 0,
        effects,
      })
      const settled = await settle(backend, {
        lease: lanes.lease,
        parts: [part("a", to("out", [made("out")], 7)), part("b", to("out", [made("out")], "no-stream"))],
      })
      deepEqual(
        settled.parts.map(({ kind }) => kind),
        ["conflict", "stored"],
      )
      deepEqual([settled.lanes.map(({ key }) => key), await openLanes(backend)], [["a"], ["a"]])
      await claimNothing(backend, { owner: owner("p2") })
      const [token] = settled.lanes
      ok(token !== undefined)
      await settleLane(backend, laneLease(lanes, token), part("a", to("out", [made("out")], 1)))
      deepEqual([await openLanes(backend), (await readStream(backend, "out")).length], [[], 2])
    },
  ),

  rule("settle keeps one bad part from sinking a slice of many", async ({ backend }) => {
    await ensure(backend)
    const streams = Array.from({ length: 60 }, (_, at) => `s-${at}`)
    await store(backend, ...streams.map((streamId) => event(streamId)))
    const slice = await claimPartition(backend)
    const parts = streams.map((key, at) =>
      storing(slice, key, to(`out-${key}`, [made(`out-${key}`)], at % 20 === 7 ? 3 : "no-stream")),
    )
    const settled = await settle(backend, doneWith(slice, ...parts))
    equal(settled.parts.filter(({ kind }) => kind === "stored").length, 57)
    deepEqual(
      settled.lanes.map(({ key }) => key),
      ["s-7", "s-27", "s-47"],
    )
    equal((await readAll(backend)).length, 60 + 57)
  }),
]
