import { deepEqual, equal, ok } from "node:assert/strict"

import { AppendAfter, AppendNext } from "@millrace/core"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { backends } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { AddItem, Cart, item, ItemAdded, OrderPlaced, PlaceOrder } from "../shop.ts"
import { travelUntil } from "../travel-until.ts"

const added = (streamId: string, productId = "p") => ItemAdded(streamId, item(productId))

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a batch whose messages conflict with each other is handled in smaller ones, not for ever [lesson 1 lesson 2]", async () => {
      const log = await openLog(backend)
      const errors: unknown[] = []
      const selfish = recorder("selfish", [AddItem, PlaceOrder], {
        history: true,
        handle: ({ type, streamId }, { history }) => {
          if (type === AddItem.type) return AppendNext([added(streamId)])
          const seen = history.filter(({ kind }) => kind === "event").length
          return AppendAfter(streamId, [OrderPlaced(streamId)], { expectedVersion: seen })
        },
        errorStrategy: (error) => {
          errors.push(error)
          return { kind: "stop" }
        },
      })
      const app = await log.app({ reactors: [selfish] })
      await app.appendNextToStream("cart-1", [added("cart-1")])
      await app.dispatch(AddItem("cart-1", item("a")))
      await app.dispatch(PlaceOrder("cart-1"))
      await app.dispatch(AddItem("cart-1", item("b")))
      await travelUntil(log.clock, app.drain())
      for (let look = 0; look < 10; look += 1) {
        await log.clock.advance(1_000)
        await app.drain()
      }
      assertMessages(await app.readStream("cart-1"), [
        added("cart-1"),
        added("cart-1"),
        OrderPlaced("cart-1"),
        added("cart-1"),
      ])
      deepEqual([errors, (await app.groups([selfish]))[0]?.lag], [[], 0])
    })

    it("a stream that others keep writing to is decided in the end, and no conflict reaches the error strategy [lesson 2 M4.a]", async () => {
      const log = await openLog(backend)
      const errors: unknown[] = []
      const rival = await log.app()
      const connected = await log.connect()
      let rivalries = 12
      const app = await log.app({
        reactors: [Cart],
        // Somebody else is faster, again and again.
        backend: interceptBackend(connected, async ({ method, run }) => {
          if (method === "settle" && rivalries > 0) {
            rivalries -= 1
            await rival.dispatch(added("cart-1", "rival"))
          }
          return run()
        }),
        errorStrategy: (error) => {
          errors.push(error)
          return { kind: "stop" }
        },
      })
      await app.dispatch(AddItem("cart-1", item("mine")))
      await app.dispatch(AddItem("cart-2", item("calm")))
      for (let look = 0; look < 10; look += 1) {
        await travelUntil(log.clock, app.drain())
        await log.clock.advance(1_000)
      }
      const mine = (await app.load(Cart, "cart-1")).state.items.filter(({ productId }) => productId === "mine")
      equal(mine.length, 1)
      equal((await app.readStream("cart-2")).length, 1)
      deepEqual([errors, rivalries], [[], 0])
    })

    it("execute meets other writers by deciding again, and gives up with a conflict only after many rounds [S46.b M4.a]", async () => {
      const log = await openLog(backend)
      const rival = await log.app()
      const connected = await log.connect()
      let rivalries = 5
      const app = await log.app({
        reactors: [Cart],
        backend: interceptBackend(connected, async ({ method, run }) => {
          if (method === "append" && rivalries > 0) {
            rivalries -= 1
            await rival.dispatch(added("cart-1", "rival"))
          }
          return run()
        }),
      })
      const { version, state } = await app.execute(AddItem("cart-1", item("mine")))
      deepEqual([version, state.items.length], [6, 6])
    })

    it("two apps that handle the same group and execute the same carts lose nothing and double nothing [lesson 1 lesson 2 lesson 23 M4.a]", async () => {
      const log = await openLog(backend)
      const errors: unknown[] = []
      const errorStrategy = (error: unknown) => {
        errors.push(error)
        return { kind: "stop" } as const
      }
      const apps = [
        await log.app({ reactors: [Cart], errorStrategy }),
        await log.app({ reactors: [Cart], errorStrategy }),
      ]
      const carts = ["cart-1", "cart-2", "cart-3"]
      const work: Promise<unknown>[] = []
      for (let round = 0; round < 10; round += 1) {
        for (const app of apps) {
          for (const cart of carts) {
            work.push(app.dispatch(AddItem(cart, item(`d${round}`))), app.execute(AddItem(cart, item(`e${round}`))))
          }
          work.push(app.drain())
        }
      }
      await travelUntil(log.clock, Promise.all(work))
      for (let look = 0; look < 5; look += 1) {
        await log.clock.advance(1_000)
        await Promise.all(apps.map((app) => app.drain()))
      }
      deepEqual(errors, [])
      for (const cart of carts) {
        const events = (await apps[0]?.readStream(cart)) ?? []
        deepEqual(
          events.map(({ version }) => version),
          Array.from({ length: 40 }, (_, at) => at + 1),
        )
        ok(new Set(events.map(({ causationId }) => causationId)).size === 40)
      }
    })
  })
}
