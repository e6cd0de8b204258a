import { deepEqual, equal } from "node:assert/strict"

import { READ_LIMIT, type ReadPage } from "@millrace/core/backend"

import { store, to } from "../build/appending.ts"
import { command, event, events, newId } from "../build/messages.ts"
import { idsOf, positionsOf, readAll } from "../build/reading.ts"
import { type Rule, rule } from "../rule.ts"

/** Reading the log, conversations and messages by id. */
export const readRules: readonly Rule[] = [
  rule("read of the log pages forward, says when the limit cut it, and knows the head [S32.b]", async ({ backend }) => {
    const positions = await store(backend, ...events("a", 3), ...events("b", 2))
    const [, second = 0, , , last = 0] = positions
    const first = await backend.read({ from: "log", limit: 2 })
    deepEqual([positionsOf(first), first.more, first.head, first.trimmedTo], [positions.slice(0, 2), true, last, 0])
    const rest = await backend.read({ from: "log", after: second, limit: 3 })
    deepEqual([positionsOf(rest), rest.more], [positions.slice(2), false])
    deepEqual(positionsOf(await backend.read({ from: "log", after: last, limit: 3 })), [])
  }),

  rule("read of the log pages backward from an upper end or the head [S32.b]", async ({ backend }) => {
    const positions = await store(backend, ...events("a", 5))
    const [first = 0, second = 0, third = 0] = positions
    const newest = await backend.read({ from: "log", limit: 2, direction: "backward" })
    deepEqual([positionsOf(newest), newest.more], [positions.slice(3).toReversed(), true])
    const older = await backend.read({ from: "log", upto: third, limit: 5, direction: "backward" })
    deepEqual([positionsOf(older), older.more], [[third, second, first], false])
    const bounded = await backend.read({ from: "log", after: first, upto: third, limit: 5, direction: "backward" })
    deepEqual([positionsOf(bounded), bounded.more], [[third, second], false])
  }),

  rule("read of the log keeps to its bounds and to the types named [S32.b]", async ({ backend }) => {
    const positions = await store(
      backend,
      event("a", { type: "x" }),
      event("a", { type: "y" }),
      command("a", { type: "x" }),
      event("b", { type: "z" }),
      event("b", { type: "x" }),
    )
    const [one = 0, two = 0, three = 0, four = 0, five = 0] = positions
    deepEqual(positionsOf(await backend.read({ from: "log", after: one, upto: four, limit: 9 })), [two, three, four])
    const typed = await backend.read({ from: "log", types: ["x", "z"], limit: 3 })
    deepEqual([positionsOf(typed), typed.more, typed.head], [[one, three, four], true, five])
    const down = await backend.read({ from: "log", types: ["x"], limit: 2, direction: "backward" })
    deepEqual([positionsOf(down), down.more], [[five, three], true])
    const exact = await backend.read({ from: "log", types: ["x"], limit: 3 })
    deepEqual([positionsOf(exact), exact.more], [[one, three, five], false])
  }),

  rule("read of an empty log answers an empty page with head 0", async ({ backend }) => {
    deepEqual(await backend.read({ from: "log", limit: 10 }), { messages: [], more: false, head: 0, trimmedTo: 0 })
  }),

  rule("read answers at most READ_LIMIT messages, whatever its limit says", async ({ backend, capabilities }) => {
    const size = Math.min(capabilities.maxBatch, 500)
    const total = READ_LIMIT + 1
    for (let left = total; left > 0; left -= size) await backend.append([to("a", events("a", Math.min(size, left)))])
    const log = await backend.read({ from: "log", limit: total })
    deepEqual([log.messages.length, log.more], [READ_LIMIT, true])
    const stream = await backend.read({ from: "streams", streams: [{ streamId: "a" }], limit: total })
    deepEqual([stream.messages.length, stream.more], [READ_LIMIT, true])
  }),

  rule("read of a conversation answers its messages in log order, a page at a time [S4.c]", async ({ backend }) => {
    const root = command("a")
    const reply = event("b", { correlationId: root.id, causationId: root.id })
    const later = event("c", { correlationId: root.id, causationId: reply.id })
    const positions = await store(backend, root, event("b"), reply, later, event("c"))
    const [first = 0, , third = 0, fourth = 0] = positions
    const page = await backend.read({ from: "correlation", correlationId: root.id, limit: 2 })
    deepEqual([positionsOf(page), page.more], [[first, third], true])
    const rest = await backend.read({ from: "correlation", correlationId: root.id, after: third, limit: 2 })
    deepEqual([positionsOf(rest), rest.more], [[fourth], false])
    deepEqual(positionsOf(await backend.read({ from: "correlation", correlationId: newId(), limit: 2 })), [])
  }),

  rule("read by ids answers those that exist, once each, in log order", async ({ backend }) => {
    const [one, two, three] = [event("a"), command("b"), event("a")]
    await store(backend, one, two, three)
    const page = await backend.read({ from: "ids", ids: [three.id, newId(), one.id, three.id] })
    deepEqual([idsOf(page.messages), page.more], [[one.id, three.id], false])
    deepEqual((await backend.read({ from: "ids", ids: [] })).messages, [])
  }),

  rule(
    "read sees what another backend object stored as soon as that append has answered [lesson 26]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      for (let round = 0; round < 5; round += 1) {
        const [position = 0] = await store(other, event("a"))
        const page = await backend.read({ from: "log", after: position - 1, limit: 1 })
        deepEqual([positionsOf(page), page.head], [[position], position])
      }
    },
  ),

  rule(
    "read is one view of the log: everything up to its head was visible to it [lesson 25]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      const writing = Promise.all(Array.from({ length: 20 }, (_, at) => store(other, event(`s-${at}`), event("all"))))
      for (let round = 0; round < 10; round += 1) {
        const page = await backend.read({ from: "log", limit: 1_000 })
        equal(page.messages.at(-1)?.position ?? 0, page.head)
      }
      await writing
      equal((await backend.read({ from: "log", limit: 1_000 })).messages.length, 40)
    },
  ),

  rule(
    "read backward is one view of the log as well: its page ends at its head and leaves out nothing below it [lesson 25]",
    async ({ backend, reopen }) => {
      const other = await reopen()
      await store(backend, ...events("a", 20))
      const pages: ReadPage[] = []
      for (let round = 0; round < 20; round += 1) {
        const reading = backend.read({ from: "log", limit: 7, direction: "backward" })
        await store(other, event("b"), event("c"))
        pages.push(await reading)
      }
      const all = (await readAll(backend)).map(({ position }) => position)
      for (const page of pages) {
        const below = all.filter((position) => position <= page.head)
        deepEqual(positionsOf(page), below.slice(-7).toReversed())
      }
    },
  ),
]
