import { deepEqual, ok } from "node:assert/strict"

import type { Backend } from "@millrace/core/backend"

import { store, to } from "../build/appending.ts"
import { claimPartition } from "../build/claims.ts"
import { ensure } from "../build/groups.ts"
import { event } from "../build/messages.ts"
import { readAll, readStream } from "../build/reading.ts"
import { refuses } from "../build/refusal.ts"
import { allDone, doneWith, partOf, settle } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

const made = (streamId: string) => event(streamId, { type: "made" })

/** User's work inside a settle. Where the storage has no transactions, each rule asks for the refusal instead. */
export const settleWorkRules: readonly Rule[] = [
  rule(
    "settle runs work inside its transaction, or refuses it where the storage has none [S22.a S27.b]",
    async ({ backend, capabilities }) => {
      await ensure(backend)
      await store(backend, event("a"))
      const slice = await claimPartition(backend)
      let ran = 0
      const part = partOf(slice, "a", { effects: to("out", [made("out")]), work: async () => void (ran += 1) })
      if (!capabilities.tx) {
        await refuses("unsupported", backend.settle(doneWith(slice, part)))
        deepEqual([ran, (await readStream(backend, "out")).length], [0, 0])
        await settle(backend, allDone(slice))
        return
      }
      deepEqual(
        (await settle(backend, doneWith(slice, part))).parts.map(({ kind }) => kind),
        ["stored"],
      )
      deepEqual([ran, (await readStream(backend, "out")).length], [1, 1])
    },
  ),

  rule("settle undoes the part whose work throws, and only that one [S22.b]", async ({ backend, capabilities }) => {
    if (!capabilities.tx) return refuseWork(backend)
    await ensure(backend)
    await store(backend, event("a"), event("b"), event("c"))
    const slice = await claimPartition(backend)
    const boom = new Error("boom")
    const ran: string[] = []
    const parts = ["a", "b", "c"].map((key) =>
      partOf(slice, key, {
        effects: to(`out-${key}`, [made(`out-${key}`)]),
        work: async () => {
          ran.push(key)
          await Promise.resolve()
          if (key === "b") throw boom
        },
      }),
    )
    const settled = await settle(backend, doneWith(slice, ...parts))
    deepEqual(
      settled.parts.map(({ kind }) => kind),
      ["stored", "work-failed", "stored"],
    )
    const failed = settled.parts[1]
    ok(failed?.kind === "work-failed" && failed.error === boom, "the error is the one that was thrown")
    deepEqual([ran, settled.lanes.map(({ key }) => key)], [["a", "b", "c"], ["b"]])
    const stored = (await readAll(backend)).map((message) => message.streamId)
    deepEqual(stored.slice(3), ["out-a", "out-c"])
  }),

  rule(
    "read does not wait for a settle whose work still runs, and sees nothing of it before it is stored [S22.a lesson 15]",
    async ({ backend, capabilities, reopen }) => {
      if (!capabilities.tx) return refuseWork(backend)
      const other = await reopen()
      await ensure(backend)
      await store(backend, event("a"), event("b"))
      const slice = await claimPartition(backend)
      const seen: number[] = []
      const look = async (): Promise<void> => void seen.push((await readAll(other)).length)
      const effects = (streamId: string) => to(streamId, [made(streamId)])
      const parts = [
        partOf(slice, "a", { effects: effects("out-a"), work: look }),
        partOf(slice, "b", { effects: effects("out-b"), work: look }),
      ]
      await settle(backend, doneWith(slice, ...parts))
      deepEqual([seen, (await readAll(other)).length], [[2, 2], 4])
    },
  ),

  rule(
    "append by others goes on after a settle whose work took its time, and none of it is lost [S22.a lesson 23]",
    async ({ backend, capabilities, reopen }) => {
      if (!capabilities.tx) return refuseWork(backend)
      const other = await reopen()
      await ensure(backend)
      await store(backend, event("a"))
      const slice = await claimPartition(backend)
      let written: Promise<unknown> = Promise.resolve()
      const work = async (): Promise<void> => {
        written = store(other, event("x"), event("y"))
        await readAll(other)
      }
      await settle(backend, doneWith(slice, partOf(slice, "a", { effects: to("out", [made("out")]), work })))
      await written
      deepEqual((await readAll(backend)).map(({ streamId }) => streamId).toSorted(), ["a", "out", "x", "y"])
    },
  ),
]

/** The opposite, where the storage has no transactions: work is refused before anything is done. */
async function refuseWork(backend: Backend): Promise<void> {
  await ensure(backend)
  await store(backend, event("a"))
  const slice = await claimPartition(backend)
  const part = partOf(slice, "a", { work: () => Promise.reject(new Error("never runs")) })
  await refuses("unsupported", backend.settle(doneWith(slice, part)))
}
