import { deepEqual } from "node:assert/strict"

import { projector } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { added, ItemAdded } from "../shop.ts"
import { turn } from "../turn.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("partitionBy keys a projection by category or by any key [S25.a]", async () => {
      const log = await openLog(backend)
      const count = () => ({ total: 0 })
      const ByCategory = projector
        .stateStored("by_category", count, { partitionBy: "category" })
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
      const ByProduct = projector
        .stateStored("by_product", count, { partitionBy: (message) => productOf(message.payload) })
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
      const ByConversation = projector
        .stateStored("by_conversation", count, { partitionBy: "correlation" })
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
      const app = await log.app({ reactors: [ByCategory, ByProduct, ByConversation] })
      const first = added("cart-1", 1, "apple")
      await app.dispatch(first)
      await app.dispatch({ ...added("cart-2", 10, "pear"), correlationId: first.correlationId })
      await app.dispatch(added("order-1", 100, "apple"))
      await app.drain()
      deepEqual(
        [await app.projection(ByCategory).get("cart"), await app.projection(ByCategory).get("order")],
        [{ total: 11 }, { total: 100 }],
      )
      deepEqual(
        [await app.projection(ByProduct).get("apple"), await app.projection(ByProduct).get("pear")],
        [{ total: 101 }, { total: 10 }],
      )
      deepEqual(await app.projection(ByConversation).get(first.correlationId), { total: 11 })
    })

    it("three streams that share a key reach one projection in position order, one at a time, with two processes [S25.b lesson 43]", async () => {
      const log = await openLog(backend)
      let active = 0
      let overlaps = 0
      const order: string[] = []
      const slow = () =>
        projector
          .eventSourced("by_category", () => ({}), { partitionBy: "category" })
          .event(ItemAdded)
          .sync(async ({ events }) => {
            active += 1
            if (active > 1) overlaps += 1
            await turn()
            for (const one of events) order.push(`${one.streamId}:${one.version}`)
            active -= 1
          })
      const apps = [await log.app({ reactors: [slow()] }), await log.app({ reactors: [slow()] })]
      const expected: string[] = []
      for (let round = 1; round <= 6; round += 1) {
        for (const streamId of ["cart-1", "cart-2", "cart-3"]) {
          await apps[0]?.dispatch(added(streamId))
          expected.push(`${streamId}:${round}`)
        }
        if (round % 2 === 0) await Promise.all(apps.map((app) => app.drain()))
      }
      deepEqual([order, overlaps], [expected, 0])
    })

    it("order: log is total order over all streams, and a failure holds everything behind it [S25.c]", async () => {
      const log = await openLog(backend)
      const order: string[] = []
      let failing = true
      const Everything = projector
        .eventSourced("everything", () => ({}), { order: "log" })
        .event(ItemAdded)
        .sync(({ events }) => {
          for (const one of events) {
            if (failing && one.streamId === "cart-2") throw new Error("not yet")
            order.push(`${one.streamId}:${one.version}`)
          }
        })
      const app = await log.app({
        reactors: [Everything],
        errorStrategy: (_error, _message, { now }) => ({ kind: "retry", at: now + 1_000 }),
      })
      for (const streamId of ["cart-1", "cart-2", "cart-3", "cart-1"]) await app.dispatch(added(streamId))
      await app.drain()
      deepEqual([...new Set(order)], ["cart-1:1"])
      failing = false
      order.length = 0
      await log.clock.advance(1_000)
      await app.drain()
      deepEqual(order, ["cart-2:1", "cart-3:1", "cart-1:2"])
    })
  })
}

function productOf(payload: unknown): string {
  return typeof payload === "object" && payload !== null && "productId" in payload ? String(payload.productId) : "?"
}
