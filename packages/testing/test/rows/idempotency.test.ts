import { deepEqual, equal, rejects } from "node:assert/strict"

import { AppendRefused, VersionConflict } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { AddItem, item, ItemAdded, OrderPlaced, PlaceOrder } from "../shop.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("an idempotency key makes a repeated append harmless, on dispatch, append and schedule [M2.a]", async () => {
      const log = await openLog(backend)
      const app = await log.app()
      const add = () => app.appendNextToStream("cart-1", [ItemAdded("cart-1", item("a"))], { idempotencyKey: "k1" })
      const first = await add()
      const again = await add()
      deepEqual([first.duplicate, again.duplicate, again.position], [false, true, first.position])
      await app.dispatch(AddItem("cart-1", item("a")), { idempotencyKey: "k2" })
      equal((await app.dispatch(AddItem("cart-1", item("a")), { idempotencyKey: "k2" })).duplicate, true)
      const later = { at: new Date(log.clock.now() + 1_000), idempotencyKey: "k3" }
      await app.scheduleMessages([PlaceOrder("cart-1")], later)
      equal((await app.scheduleMessages([PlaceOrder("cart-1")], later)).duplicate, true)
      deepEqual([(await app.stats()).messages, (await app.scheduled()).length], [2, 1])
    })

    it("an idempotency key that stands for other content is refused [M2.c]", async () => {
      const app = await (await openLog(backend)).app()
      await app.dispatch(AddItem("cart-1", item("a")), { idempotencyKey: "k" })
      const other = app.dispatch(AddItem("cart-1", item("b")), { idempotencyKey: "k" })
      await rejects(other, (error) => error instanceof AppendRefused && error.code === "key-reused")
      equal((await app.stats()).messages, 1)
    })

    it("an idempotency key lives as long as its message [M2.b]", async () => {
      const app = await (await openLog(backend)).app()
      const add = () => app.dispatch(ItemAdded("cart-1", item("a")), { idempotencyKey: "k" })
      const first = await add()
      await app.dispatch(ItemAdded("cart-1", item("b")))
      equal((await add()).duplicate, true)
      await app.trim(first.position)
      equal((await add()).duplicate, false)
      deepEqual(
        (await app.readStream("cart-1")).map((event) => event.version),
        [2, 3],
      )
    })

    it("one append writes several streams or none [M3.a]", async () => {
      const app = await (await openLog(backend)).app()
      const stored = await app.appendToStreams([
        { streamId: "cart-1", messages: [ItemAdded("cart-1", item("a"))], expectedVersion: "no-stream" },
        { streamId: "cart-2", messages: [ItemAdded("cart-2", item("b")), OrderPlaced("cart-2")] },
      ])
      deepEqual(stored.streams, [
        { streamId: "cart-1", version: 1 },
        { streamId: "cart-2", version: 2 },
      ])
      const failing = app.appendToStreams([
        { streamId: "cart-3", messages: [ItemAdded("cart-3", item("c"))] },
        { streamId: "cart-1", messages: [ItemAdded("cart-1", item("d"))], expectedVersion: 0 },
      ])
      await rejects(
        failing,
        (error) => error instanceof VersionConflict && error.streamId === "cart-1" && error.actual === 1,
      )
      deepEqual([(await app.readStream("cart-3")).length, (await app.readStream("cart-1")).length], [0, 1])
    })
  })
}
