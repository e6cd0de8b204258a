import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { BackendError, parkOnError, WaitedTooLong } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { running } from "../running.ts"
import { added, AddItem, Cart, ItemAdded, PlaceOrder } from "../shop.ts"
import { travelUntil } from "../travel-until.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a message whose key could not be computed is handled once partitionBy is repaired [S25.a S43.c lesson 5]", async () => {
      const log = await openLog(backend)
      let broken = true
      const keyed = recorder("keyed", [ItemAdded], {
        partitionBy: (message) => {
          if (broken) throw new Error("no key")
          return message.streamId
        },
        errorStrategy: parkOnError(),
      })
      const app = await log.app({ reactors: [keyed] })
      await app.dispatch(added("cart-1"))
      await app.dispatch(added("cart-2"))
      await app.drain()
      deepEqual([keyed.log(), (await app.deadLetters()).length], [[], 2])
      broken = false
      equal(await app.retryDeadLetters(keyed), 2)
      await app.drain()
      deepEqual(keyed.log().toSorted(), ["cart-1:1", "cart-2:1"])
      deepEqual((await app.lanes()).length, 0)
    })

    it("a group in log order that finds the storage away waits, instead of asking without pause [S25.c lesson 16 lesson 40]", async () => {
      const log = await openLog(backend)
      let away = true
      let claims = 0
      const total = recorder("total", [ItemAdded], {
        order: "log",
        history: true,
        handle: () => {
          if (away) throw new BackendError("unavailable", "the storage is away")
        },
      })
      const app = await log.app({
        reactors: [total],
        backend: interceptBackend(await log.connect(), ({ method, run }) => {
          if (method === "claim") claims += 1
          return run()
        }),
      })
      await app.dispatch(added("cart-1"))
      const run = running(app, { concurrency: 1 })
      await log.clock.advance(500)
      ok(claims < 10, `${claims} claims within half a second`)
      away = false
      await log.clock.advance(3_000)
      await run.stop()
      deepEqual(
        (await app.groups([total])).map(({ lag }) => lag),
        [0],
      )
    })

    it("execute repeated with its idempotency key answers the first time's events where deciding again would refuse [M2.a S46.b]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Cart] })
      await app.execute(AddItem("cart-1", { productId: "a", quantity: 1 }), { idempotencyKey: "add" })
      const placed = await app.execute(PlaceOrder("cart-1"), { idempotencyKey: "place" })
      const again = await app.execute(AddItem("cart-1", { productId: "a", quantity: 1 }), { idempotencyKey: "add" })
      deepEqual([placed.duplicate, again.duplicate, again.version, again.events.length], [false, true, 1, 1])
      await rejects(app.execute(AddItem("cart-1", { productId: "a", quantity: 1 }), { idempotencyKey: "new" }), {
        name: "CartClosed",
      })
      equal((await app.historyFor("cart-1")).length, 4)
    })

    it("execute repeated with settle waits for what the first time set off [M2.a S46.c lesson 26]", async () => {
      const log = await openLog(backend)
      const items = recorder("items", [ItemAdded])
      const app = await log.app({ reactors: [Cart, items] })
      const add = (settle: boolean) =>
        app.execute(AddItem("cart-1", { productId: "a", quantity: 1 }), { idempotencyKey: "k", settle, timeoutMs: 500 })
      await add(false)
      await rejects(travelUntil(log.clock, add(true)), WaitedTooLong)
      await app.drain()
      equal((await add(true)).duplicate, true)
    })

    it("a strategy that decides nothing sensible stops the group, which says so [S42.d lesson 16]", async () => {
      const log = await openLog(backend)
      const failing = recorder("failing", [ItemAdded], {
        handle: () => {
          throw new Error("refused")
        },
        errorStrategy: () => ({ kind: "retry", at: Number.NaN }),
      })
      const app = await log.app({ reactors: [failing] })
      await app.dispatch(added("cart-1"))
      await app.drain()
      const [group] = await app.groups([failing])
      deepEqual([group?.status, group?.lag], ["stopped", 1])
    })
  })
}
