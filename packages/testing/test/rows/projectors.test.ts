import { deepEqual, equal } from "node:assert/strict"

import { command, projector } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { added, ItemAdded, OrderPlaced } from "../shop.ts"

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
  })
}
