import { deepEqual, equal } from "node:assert/strict"

import type { LogRecord } from "@millrace/core/backend"

import { appended, appendOne, kinds, store, to } from "../build/appending.ts"
import { claimLanes, claimPartition, flagsIn, positionsIn } from "../build/claims.ts"
import { ensure, G, infoOf } from "../build/groups.ts"
import { NEVER, openLanes, park, setAside } from "../build/lanes.ts"
import { command, event, events } from "../build/messages.ts"
import { readAll, readStream } from "../build/reading.ts"
import { refuses } from "../build/refusal.ts"
import { allDone, settle, workOff } from "../build/settles.ts"
import { dumped, emptied, moved, recordsOf } from "../build/transfer.ts"
import { type Rule, rule } from "../rule.ts"

/** From one storage to another. */
export const transferRules: readonly Rule[] = [
  rule(
    "restore makes the same log of what dump, read and schedules give of one",
    async (log) => {
      const { backend } = log
      const first = event("a", { metadata: { who: "eve" } })
      await store(backend, first, command("a"), event("b"))
      await log.advance(1_000)
      const keyed = to("c", [event("c", { causationId: first.id })], "any", { idempotencyKey: "k", fingerprint: "f" })
      await appendOne(backend, keyed)
      for (const value of [1, 2])
        await appendOne(backend, {
          streams: [],
          documents: [{ collection: "counts", id: "x", expectedRevision: "any", value }],
          schedules: [{ message: command("later"), at: NEVER + value }],
        })
      await ensure(backend)
      await workOff(backend)
      const before = await recordsOf(backend)
      const streams = await backend.operator.streams({ by: "id", limit: 9 })
      await moved(backend)
      deepEqual(await recordsOf(backend), before)
      deepEqual(await backend.operator.streams({ by: "id", limit: 9 }), streams)
      deepEqual(kinds([await appendOne(backend, keyed), await appendOne(backend, { ...keyed, fingerprint: "g" })]), [
        "duplicate",
        "key-reused",
      ])
      const [next = 0] = await store(backend, event("a"))
      deepEqual(
        (await readStream(backend, "a")).map(({ position, version }) => [position, version]),
        [
          [1, 1],
          [2, undefined],
          [next, 2],
        ],
      )
    },
    { partitions: 4 },
  ),

  rule(
    "dump answers every idempotency key that retention left, by pages of any size, and none that went [M2.b]",
    async ({ backend }) => {
      const names = Array.from({ length: 6 }, (_, at) => `k-${at}`)
      const positions: number[] = []
      for (const name of names) {
        const keyed = to(name, [event(name)], "no-stream", { idempotencyKey: name, fingerprint: "f" })
        positions.push(appended(await appendOne(backend, keyed)).position)
      }
      await backend.operator.trim(positions[3] ?? 0)
      const left = async (limit?: number) => {
        const records = await dumped(backend, "keys", limit)
        const keys = records.flatMap((record) => (record.kind === "key" ? [{ key: record.key, at: record.at }] : []))
        return keys.toSorted((one, other) => one.at - other.at)
      }
      const wanted = [4, 5].map((at) => ({ key: names[at], at: positions[at] }))
      deepEqual(await left(), wanted)
      deepEqual(await left(names.length), wanted)
    },
  ),

  rule("restore makes a trimmed log that goes on where it was", async ({ backend }) => {
    const [, , third = 0, last = 0] = await store(backend, event("gone"), ...events("a", 2), command("a"))
    await backend.operator.trim(third)
    const before = await recordsOf(backend)
    await moved(backend)
    deepEqual(await recordsOf(backend), before)
    equal((await appendOne(backend, to("gone", [event("gone")], "no-stream"))).kind, "conflict")
    const next = appended(await appendOne(backend, to("a", [event("a")], 2)))
    deepEqual([next.position > last, next.streams], [true, [{ streamId: "a", version: 3 }]])
    const above = await backend.read({
      from: "streams",
      streams: [{ streamId: "a", after: 1 }],
      include: "all",
      limit: 9,
    })
    deepEqual(
      above.messages.map(({ position }) => position),
      [last, next.position],
    )
  }),

  rule(
    "restore gives groups back where they stood: nothing that is settled is handed out again",
    async ({ backend }) => {
      await ensure(backend)
      const [, , , skipped = 0] = await store(backend, event("a"), event("b"), event("c"), event("d"))
      await backend.operator.skip(G, skipped)
      await park(backend, ["b"])
      await store(backend, event("a"), event("b"), event("c"))
      await setAside(backend, ["c"], { retryAt: NEVER })
      const [waiting = 0] = await store(backend, event("a"))
      await moved(backend)
      deepEqual(await openLanes(backend), ["b", "c"])
      const { lag, parked, retrying, retryAt, skips } = await infoOf(backend)
      deepEqual([lag, parked, retrying, retryAt], [4, 1, 1, NEVER])
      deepEqual(
        skips.map(({ position, how }) => [position, how]),
        [[skipped, "skipped"]],
      )
      deepEqual(positionsIn(await claimPartition(backend)), [waiting])
      await backend.operator.retryLanes(G)
      const slice = await claimLanes(backend)
      deepEqual(
        slice.messages.map(({ message, attempt }) => [message.position, attempt]),
        [
          [2, 2],
          [6, 1],
        ],
      )
    },
  ),

  rule("restore keeps a reset, a stop and what counts as handled before", async ({ backend }) => {
    await ensure(backend)
    await store(backend, ...events("a", 2))
    await workOff(backend)
    await store(backend, event("a"))
    await backend.operator.resetGroup(G, { at: "beginning" }, { reemit: true })
    await backend.operator.stopGroup(G, { reason: "lunch", error: "none" })
    await moved(backend)
    const { status, stopped, epoch } = await infoOf(backend)
    deepEqual([status, stopped?.reason, stopped?.error, epoch], ["stopped", "lunch", "none", 1])
    await backend.operator.startGroup(G)
    const slice = await claimPartition(backend)
    deepEqual([slice.reemit, slice.epoch], [true, 1])
    deepEqual(flagsIn(slice), [
      [1, true],
      [2, true],
      [3, false],
    ])
    await settle(backend, allDone(slice))
    equal((await infoOf(backend)).lag, 0)
  }),

  rule("restore refuses what does not come next, and stores nothing of that call", async ({ backend }) => {
    await store(backend, ...events("a", 2))
    const records = await emptied(backend)
    const restore = (some: readonly LogRecord[]) => backend.operator.restore(some)
    const messages = records.filter(({ kind }) => kind === "message")
    const document = { kind: "document", collection: "c", id: "x", revision: 3, value: 1 } as const
    await refuses("invalid", restore([document, ...messages.slice(1)]))
    deepEqual([await readAll(backend), await dumped(backend, "documents")], [[], []])
    await restore([...messages, document])
    await refuses("invalid", restore(messages))
    await refuses("invalid", restore([{ kind: "trimmed", upto: 9 }]))
    await restore([{ ...document, value: 2 }])
    deepEqual(await dumped(backend, "documents"), [{ ...document, value: 2 }])
    equal((await readAll(backend)).length, 2)
  }),

  rule(
    "restore refuses a group of a log with another number of partitions",
    async ({ backend }) => {
      await ensure(backend)
      const [group] = await dumped(backend, "groups")
      if (group?.kind !== "group") throw new Error("the log dumps no group")
      await refuses("invalid", backend.operator.restore([{ ...group, partitions: group.partitions.slice(1) }]))
      await backend.operator.restore([{ ...group, maxLanes: 7 }])
      deepEqual(await dumped(backend, "groups"), [{ ...group, maxLanes: 7 }])
    },
    { partitions: 4 },
  ),
]
