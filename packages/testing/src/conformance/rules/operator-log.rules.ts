import { deepEqual, equal } from "node:assert/strict"

import { store, to } from "../build/appending.ts"
import { claim, claimPartition } from "../build/claims.ts"
import { ensure } from "../build/groups.ts"
import { handOver, park, settleLane } from "../build/lanes.ts"
import { command, event, events } from "../build/messages.ts"
import { allDone, settle, workOff } from "../build/settles.ts"
import { type Rule, rule } from "../rule.ts"

/** Figures of the log, its streams, and how far groups are. */
export const operatorLogRules: readonly Rule[] = [
  rule("stats counts messages, streams and schedules, and knows the head [S35.a]", async ({ backend }) => {
    const empty = await backend.operator.stats()
    deepEqual(
      [empty.messages, empty.streams, empty.head, empty.trimmedTo, empty.schedules, empty.unhandled],
      [0, 0, 0, 0, 0, []],
    )
    const positions = await store(backend, ...events("a", 3), command("b"))
    await backend.append([{ streams: [], schedules: [{ message: event("c"), at: 4_000_000_000_000 }] }])
    const stats = await backend.operator.stats()
    deepEqual([stats.messages, stats.streams, stats.head, stats.schedules], [4, 2, positions.at(-1), 1])
  }),

  rule("stats lists commands that no group wants, by type, and no events [S35.a]", async ({ backend }) => {
    await ensure(backend, { types: ["noted", "wanted"] })
    await store(
      backend,
      command("a", { type: "wanted" }),
      command("a", { type: "lost" }),
      command("b", { type: "lost" }),
      command("b", { type: "alone" }),
      event("a", { type: "unheard" }),
    )
    const { unhandled } = await backend.operator.stats()
    deepEqual(
      unhandled.toSorted((one, two) => one.type.localeCompare(two.type)),
      [
        { type: "alone", messages: 1 },
        { type: "lost", messages: 2 },
      ],
    )
    await ensure(backend, { group: "late", types: ["lost"] })
    deepEqual(
      (await backend.operator.stats()).unhandled.map(({ type }) => type),
      ["alone"],
    )
  }),

  rule("streams lists streams by id, a page at a time, and by category [S35.c]", async ({ backend }) => {
    await backend.append([
      to("order-1", events("order-1", 2)),
      to("cart-2", [event("cart-2"), command("cart-2")]),
      to("cart-10", events("cart-10", 1)),
      to("cartoon-1", events("cartoon-1", 1)),
      to("cart", events("cart", 1)),
    ])
    const ids = ["cart", "cart-10", "cart-2", "cartoon-1", "order-1"]
    const first = await backend.operator.streams({ by: "id", limit: 2 })
    const rest = await backend.operator.streams({ by: "id", limit: 9, after: first.at(-1)?.streamId ?? "" })
    deepEqual(
      [...first, ...rest].map(({ streamId }) => streamId),
      ids,
    )
    const carts = await backend.operator.streams({ by: "id", limit: 9, category: "cart" })
    deepEqual(
      carts.map(({ streamId }) => streamId),
      ["cart", "cart-10", "cart-2"],
    )
    const cart = carts.find(({ streamId }) => streamId === "cart-2")
    const page = await backend.read({ from: "streams", streams: [{ streamId: "cart-2" }], include: "all", limit: 9 })
    deepEqual(cart, { streamId: "cart-2", version: 1, messages: 2, lastPosition: page.messages.at(-1)?.position })
  }),

  rule("streams lists the most recently appended to first [S35.c]", async ({ backend }) => {
    await store(backend, event("cart-1"), event("order-1"), event("cart-2"), command("cart-1"), event("cart-3"))
    const recent = async (limit: number, category?: string) =>
      (await backend.operator.streams({ by: "recent", limit, ...(category === undefined ? {} : { category }) })).map(
        ({ streamId }) => streamId,
      )
    deepEqual(await recent(3), ["cart-3", "cart-1", "cart-2"])
    deepEqual(await recent(9), ["cart-3", "cart-1", "cart-2", "order-1"])
    deepEqual(await recent(2, "cart"), ["cart-3", "cart-1"])
    deepEqual(await recent(9, "order"), ["order-1"])
  }),

  rule(
    "progress tells for each group whether a stream is settled up to a position [S46.c lesson 26]",
    async ({ backend }) => {
      for (const group of ["one", "two"]) await ensure(backend, { group })
      const [first = 0, second = 0, third = 0] = await store(backend, event("a"), event("b"), event("a"))
      const settled = async (streamId: string, position: number) =>
        (await backend.operator.progress(streamId, position))
          .toSorted((one, two) => one.group.localeCompare(two.group))
          .map((one) => one.settled)
      deepEqual(await settled("a", first), [false, false])
      await settle(backend, allDone(await claimPartition(backend, { group: "one", limit: 2 })))
      deepEqual(
        [await settled("a", first), await settled("b", second), await settled("a", third)],
        [
          [true, false],
          [true, false],
          [false, false],
        ],
      )
      await workOff(backend, { group: "one" })
      await workOff(backend, { group: "two" })
      deepEqual(
        [await settled("a", third), await settled("nobody", third)],
        [
          [true, true],
          [true, true],
        ],
      )
    },
  ),

  rule(
    "progress takes nothing for settled that waits in a lane, and nothing for waiting that a group does not want [S46.c]",
    async ({ backend }) => {
      await ensure(backend)
      const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
      const lease = await handOver(backend, "a")
      const [third = 0] = await store(backend, event("b", { type: "unwanted" }))
      const settled = async (streamId: string, position: number) =>
        (await backend.operator.progress(streamId, position)).map((one) => one.settled)
      deepEqual(
        [await settled("a", first), await settled("b", second), await settled("b", third)],
        [[false], [true], [true]],
      )
      await settleLane(backend, lease, { from: first, doneTo: second })
      deepEqual(await settled("a", first), [true])
      await store(backend, event("c"))
      await park(backend, ["c"])
      deepEqual(await settled("c", third + 1), [false])
    },
  ),

  rule(
    "progress of groups in log and key order is that of the whole log [S46.c S25.c]",
    async ({ backend }) => {
      for (const order of ["key", "log"] as const) await ensure(backend, { group: order, order })
      const [first = 0, second = 0] = await store(backend, event("a"), event("b"))
      const settled = async (position: number) =>
        (await backend.operator.progress("b", position))
          .toSorted((one, two) => one.group.localeCompare(two.group))
          .map((one) => one.settled)
      for (const group of ["key", "log"])
        await settle(backend, allDone(await claimPartition(backend, { group, limit: 1 })))
      deepEqual(
        [await settled(first), await settled(second)],
        [
          [true, true],
          [false, false],
        ],
      )
      for (const group of ["key", "log"]) await workOff(backend, { group })
      deepEqual(await settled(second), [true, true])
    },
    { partitions: 4 },
  ),

  rule("progress is not settled before what a claim holds is settled [S46.c]", async ({ backend }) => {
    await ensure(backend)
    const [first = 0] = await store(backend, event("a"))
    equal((await claim(backend)).kind, "slice")
    deepEqual(await backend.operator.progress("a", first), [{ group: "billing", settled: false }])
  }),
]
