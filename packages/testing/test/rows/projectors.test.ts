import { deepEqual, equal, ok } from "node:assert/strict"

import { command, handler, projector } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { ItemAdded, OrderPlaced } from "../shop.ts"
import { turn } from "../turn.ts"

const added = (streamId: string, quantity = 1, productId = "p") => ItemAdded(streamId, { productId, quantity })

const Ship = command("projections.ship", Schema.Struct({ total: Schema.Int }))

interface Totals {
  readonly id: string
  total: number
}

const totals = (id: string): Totals => ({ id, total: 0 })

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a state-stored projector kept in Millrace fetches its state, evolves the new events and saves [S20.a]", async () => {
      const log = await openLog(backend)
      const CartTotals = projector.stateStored("cart_totals", totals).event(ItemAdded, (state, item) => {
        state.total += item.payload.quantity
      })
      const app = await log.app({ reactors: [CartTotals] })
      await app.appendNextToStream("cart-1", [added("cart-1", 2), added("cart-1", 3)])
      await app.dispatch(added("cart-2", 7))
      await app.drain()
      await app.dispatch(added("cart-1", 5))
      await app.drain()
      deepEqual(await app.projection(CartTotals).get("cart-1"), { id: "cart-1", total: 10 })
      equal(await app.projection(CartTotals).get("cart-9"), undefined)
      const listed = await app.projection(CartTotals).list()
      deepEqual(
        listed.map(({ id, state }) => [id, state.total]),
        [
          ["cart-1", 10],
          ["cart-2", 7],
        ],
      )
    })

    it("in storage of its user's own it saves at least once, with a key that a repetition shares [S20.c]", async () => {
      const log = await openLog(backend)
      const rows = new Map<string, Totals>()
      const saves: string[] = []
      let failAfterSave = true
      const CartRows = projector
        .stateStored("cart_rows", (id) => ({ ...(rows.get(id) ?? totals(id)) }))
        .event(ItemAdded, (row, item) => {
          row.total += item.payload.quantity
        })
        .sync(({ state, idempotencyKey }) => {
          saves.push(idempotencyKey)
          if (failAfterSave) {
            failAfterSave = false
            throw new Error("saved elsewhere, but the answer was lost")
          }
          rows.set(state.id, state)
        })
      const app = await log.app({
        reactors: [CartRows],
        errorStrategy: (_error, _message, { now }) => ({ kind: "retry", at: now + 1_000 }),
      })
      await app.dispatch(added("cart-1", 2))
      await app.drain()
      await log.clock.advance(1_000)
      await app.drain()
      deepEqual(rows.get("cart-1"), { id: "cart-1", total: 2 })
      deepEqual([saves.length, saves[0] === saves[1], (saves[0] ?? "") !== ""], [2, true, true])
    })

    it("an event-sourced projector rebuilds its state from the stream's history, then runs sync [S21.a]", async () => {
      const log = await openLog(backend)
      const seen: { readonly total: number; readonly events: number; readonly replaying: boolean }[] = []
      const History = projector
        .eventSourced("history", totals)
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
        .sync(({ state, events, replaying }) => {
          seen.push({ total: state.total, events: events.length, replaying })
        })
      // The first event lies below where the group starts: only the stream's history knows it.
      const writer = await log.app()
      await writer.dispatch(added("cart-1", 100))
      const app = await log.app({ reactors: [History] })
      await app.drain()
      await app.appendNextToStream("cart-1", [added("cart-1", 10), added("cart-1", 1)])
      await app.drain()
      deepEqual(seen, [
        { total: 100, events: 1, replaying: false },
        { total: 111, events: 2, replaying: false },
      ])
    })

    it("a hook after the commit runs once the projection is stored [S22.c]", async () => {
      const log = await openLog(backend)
      const told: number[] = []
      const Told = projector
        .stateStored("told", totals)
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
        .afterCommit(async ({ state }) => {
          told.push(state.total)
          // What it follows can be read already.
          stored.push((await app.projection(Told).get(state.id))?.total)
        })
      const stored: (number | undefined)[] = []
      const app = await log.app({ reactors: [Told] })
      await app.dispatch(added("cart-1", 4))
      await app.drain()
      deepEqual([told, stored], [[4], [4]])
    })

    it("an after-commit hook that fails undoes nothing and stops nobody [S22.c lesson 16]", async () => {
      const log = await openLog(backend)
      const Told = projector
        .stateStored("told", totals)
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
        .afterCommit(() => {
          throw new Error("the outside world is away")
        })
      const app = await log.app({ reactors: [Told] })
      await app.dispatch(added("cart-1", 4))
      await app.drain()
      await app.dispatch(added("cart-1", 4))
      await app.drain()
      deepEqual(
        [await app.projection(Told).get("cart-1"), (await app.groups([Told]))[0]?.status],
        [{ id: "cart-1", total: 8 }, "active"],
      )
    })

    it("reactions of a projector are committed with the projection: specific, several and wildcard [S23.a]", async () => {
      const log = await openLog(backend)
      const Specific = projector
        .stateStored("specific", totals)
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
        .event(OrderPlaced)
        .reaction(OrderPlaced, (state, _placed, { dispatch }) => {
          dispatch(Ship, { total: state.total }).to("specific-1")
        })
      const Several = projector
        .stateStored("several", totals)
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
        .event(OrderPlaced)
        .reaction([ItemAdded, OrderPlaced], (state, _one, { dispatch }) => {
          dispatch(Ship, { total: state.total }).to("several-1")
        })
      const Wildcard = projector
        .eventSourced("wildcard", totals)
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
        .reaction((state, _one, { dispatch }) => {
          dispatch(Ship, { total: state.total }).to("wildcard-1")
        })
      const app = await log.app({ reactors: [Specific, Several, Wildcard] })
      await app.appendNextToStream("cart-1", [added("cart-1", 2), added("cart-1", 3), OrderPlaced("cart-1")])
      await app.drain()
      const shipped = async (streamId: string) =>
        (await app.readStream(streamId, { include: "commands" })).map(({ payload }) => payload)
      deepEqual(await shipped("specific-1"), [{ total: 5 }])
      deepEqual(await shipped("several-1"), [{ total: 2 }, { total: 5 }, { total: 5 }])
      deepEqual(await shipped("wildcard-1"), [{ total: 2 }, { total: 5 }])
    })

    it("a projection that fails leaves neither its state nor its reactions behind [S23.a]", async () => {
      const log = await openLog(backend)
      const Broken = projector
        .stateStored("broken", totals)
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity
        })
        .reaction(ItemAdded, (state, _item, { dispatch }) => {
          dispatch(Ship, { total: state.total }).to("ship-1")
          throw new Error("after dispatching")
        })
      const app = await log.app({ reactors: [Broken], errorStrategy: () => ({ kind: "park" }) })
      await app.dispatch(added("cart-1", 4))
      await app.drain()
      deepEqual(
        [await app.projection(Broken).get("cart-1"), await app.readStream("ship-1", { include: "all" })],
        [undefined, []],
      )
    })

    it("a reset rebuilds a projection without its reactions [S23.b S24.a]", async () => {
      const log = await openLog(backend)
      let factor = 1
      const Rebuilt = projector
        .stateStored("rebuilt", totals)
        .event(ItemAdded, (state, item) => {
          state.total += item.payload.quantity * factor
        })
        .reaction(ItemAdded, (state, _item, { dispatch }) => {
          dispatch(Ship, { total: state.total }).to("ship-1")
        })
      const app = await log.app({ reactors: [Rebuilt] })
      await app.appendNextToStream("cart-1", [added("cart-1", 2), added("cart-1", 3)])
      await app.drain()
      factor = 10
      await app.resetConsumerGroup(Rebuilt)
      await app.drain()
      deepEqual(await app.projection(Rebuilt).get("cart-1"), { id: "cart-1", total: 50 })
      await app.dispatch(added("cart-1", 1))
      await app.drain()
      const shipped = await app.readStream("ship-1", { include: "commands" })
      deepEqual(
        shipped.map(({ payload }) => payload),
        [{ total: 2 }, { total: 5 }, { total: 60 }],
      )
    })

    it("replaying is true up to exactly where each stream had got: streams A(1,3), B(2) lose no reaction [S24.b S24.d lesson 3]", async () => {
      const log = await openLog(backend)
      const flags: string[] = []
      let failing = true
      const Flags = projector
        .eventSourced("flags", totals)
        .event(ItemAdded, (state, item) => {
          if (failing && item.streamId === "B-1") throw new Error("not yet")
          state.total += item.payload.quantity
        })
        .sync(({ state, replaying }) => {
          flags.push(`${state.id} ${replaying}`)
        })
        .reaction(ItemAdded, (state, item, { dispatch }) => {
          dispatch(Ship, { total: state.total }).to(`ship-${item.streamId}`)
        })
      const app = await log.app({
        reactors: [Flags],
        errorStrategy: (_error, _message, { now }) => ({ kind: "retry", at: now + 1_000 }),
      })
      await app.dispatch(added("A-1", 1))
      await app.dispatch(added("B-1", 1))
      await app.dispatch(added("A-1", 1))
      await app.drain()
      // A is done up to position 3, B waits at 2. A retry is no replay, although the group was further already.
      failing = false
      await log.clock.advance(1_000)
      await app.drain()
      ok(!flags.some((flag) => flag.endsWith("true")), `a retry was called a replay: ${flags}`)
      const shipped = async (streamId: string) =>
        (await app.readStream(`ship-${streamId}`, { include: "commands" })).length
      deepEqual([await shipped("A-1"), await shipped("B-1")], [2, 1])
    })

    it("after a reset in the middle, what had been handled is replayed and what had not is new, stream by stream [S24.b S24.c]", async () => {
      const log = await openLog(backend)
      let failing = true
      const flags: string[] = []
      const Flags = projector
        .eventSourced("flags", totals)
        .event(ItemAdded, (state, item) => {
          if (failing && item.streamId === "B-1" && item.version === 2) throw new Error("not yet")
          state.total += 1
        })
        .sync(({ state, events, replaying }) => {
          for (const one of events) flags.push(`${state.id}:${one.version} ${replaying ? "replayed" : "new"}`)
        })
        .reaction(ItemAdded, (_state, item, { dispatch }) => {
          dispatch(Ship, { total: item.version ?? 0 }).to(`ship-${item.streamId}`)
        })
      const app = await log.app({
        reactors: [Flags],
        errorStrategy: (_error, _message, { now }) => ({ kind: "retry", at: now + 1_000 }),
      })
      for (let round = 0; round < 3; round += 1) {
        await app.dispatch(added("A-1"))
        await app.dispatch(added("B-1"))
      }
      await app.drain()
      flags.length = 0
      failing = false
      await app.resetConsumerGroup(Flags)
      await app.dispatch(added("A-1"))
      await app.drain()
      deepEqual(flags.toSorted(), [
        "A-1:1 replayed",
        "A-1:2 replayed",
        "A-1:3 replayed",
        "A-1:4 new",
        "B-1:1 replayed",
        "B-1:2 new",
        "B-1:3 new",
      ])
      const shipped = async (streamId: string) =>
        (await app.readStream(`ship-${streamId}`, { include: "commands" })).map(({ payload }) => payload)
      deepEqual(
        await shipped("A-1"),
        [1, 2, 3, 4].map((total) => ({ total })),
      )
      deepEqual(
        await shipped("B-1"),
        [1, 2, 3].map((total) => ({ total })),
      )
    })

    it("a reset that wants its effects again gets them, with new ids [S24.a]", async () => {
      const log = await openLog(backend)
      const shipping = handler("shipping").on(ItemAdded, (item) => [Ship("ship-1", { total: item.payload.quantity })])
      const app = await log.app({ reactors: [shipping] })
      await app.dispatch(added("cart-1", 2))
      await app.drain()
      await app.resetConsumerGroup(shipping)
      await app.drain()
      equal((await app.readStream("ship-1", { include: "commands" })).length, 1)
      equal((await app.groups([shipping]))[0]?.dropped, 1)
      await app.resetConsumerGroup(shipping, { reemit: true })
      await app.drain()
      const ids = (await app.readStream("ship-1", { include: "commands" })).map(({ id }) => id)
      deepEqual([ids.length, new Set(ids).size], [2, 2])
    })

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
