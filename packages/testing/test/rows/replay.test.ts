import { deepEqual, equal, ok } from "node:assert/strict"

import { command, handler, projector } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { added, ItemAdded } from "../shop.ts"

const Ship = command("projections.ship", Schema.Struct({ total: Schema.Int }))

interface Totals {
  readonly id: string
  total: number
}

const totals = (id: string): Totals => ({ id, total: 0 })

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
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
      ok(!flags.some((flag) => flag.endsWith("true")), `a retry was called a replay: ${flags.join()}`)
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
  })
}
