import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { handler, WaitedTooLong } from "@millrace/core"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { backends } from "../backends.ts"
import { gate } from "../gate.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { running } from "../running.ts"
import { AddItem, Cart, item, ItemAdded, OrderPlaced } from "../shop.ts"
import { travelUntil } from "../travel-until.ts"
import { turn } from "../turn.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("dispatch stores a command durably, to be handled later [S46.a]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Cart] })
      await app.dispatch(AddItem("cart-1", item("a")))
      deepEqual([(await app.stats()).messages, (await app.readStream("cart-1")).length], [1, 0])
      await app.drain()
      assertMessages(await app.readStream("cart-1"), [ItemAdded("cart-1", item("a"))])
    })

    it("execute decides and stores now and answers state and events; its command is stored beside them and not decided again [S46.b]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Cart] })
      const command = AddItem("cart-1", item("a", 2))
      const { state, events, version } = await app.execute(command)
      deepEqual([state.items, events.length, version], [[{ productId: "a", quantity: 2 }], 1, 1])
      await app.drain()
      const all = await app.readStream("cart-1", { include: "all" })
      deepEqual(
        all.map(({ type, causationId }) => [type, causationId]),
        [
          ["shop.add_item", command.id],
          ["shop.item_added", command.id],
        ],
      )
      deepEqual((await app.groups([Cart]))[0]?.lag, 0)
    })

    it("execute of a parsed command answers field errors as values and stores nothing [S46.b]", async () => {
      const app = await (await openLog(backend)).app({ reactors: [Cart] })
      const refused = await app.execute(AddItem.parse("cart-1", { productId: "a", quantity: "many" }))
      ok(!refused.ok)
      deepEqual(
        refused.errors.map(({ path }) => path),
        ["quantity"],
      )
      equal((await app.stats()).messages, 0)
      const done = await app.execute(AddItem.parse("cart-1", { productId: "a", quantity: 1 }))
      ok(done.ok)
      equal(done.events.length, 1)
    })

    it("execute with an idempotency key decides once, however often it is called [M2.a]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Cart] })
      for (let time = 0; time < 3; time += 1)
        await app.execute(AddItem("cart-1", item("a")), { idempotencyKey: "request-7" })
      equal((await app.readStream("cart-1")).length, 1)
      await rejects(app.execute(AddItem("cart-1", item("b")), { idempotencyKey: "request-7" }), /request-7|key/)
      equal((await app.readStream("cart-1")).length, 1)
    })

    it("execute with settle hears of what is settled between its look and its wait, though no time passes [S46.c S53.b]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      const ear = handler("ear").on(ItemAdded, () => slow.pass())
      const settling = Promise.withResolvers<void>()
      const connected = await log.connect()
      let looks = 0
      const operator = {
        ...connected.operator,
        async progress(...asked: Parameters<typeof connected.operator.progress>) {
          const found = await connected.operator.progress(...asked)
          if ((looks += 1) > 1) return found
          slow.open()
          await settling.promise
          for (let turns = 0; turns < 10; turns += 1) await turn()
          return found
        },
      }
      const seen = interceptBackend(connected, async ({ method, run }) => {
        const answer = await run()
        if (method === "settle" && looks > 0) settling.resolve()
        return answer
      })
      const app = await log.app({
        reactors: [Cart, ear],
        backend: new Proxy(seen, {
          get: (target, name): unknown => (name === "operator" ? operator : Reflect.get(target, name)),
        }),
      })
      running(app, { concurrency: 2 })
      const done = app.execute(AddItem("cart-1", item("a")), { settle: true })
      await settling.promise
      await log.clock.settle()
      equal((await done).version, 1)
    })

    it("execute with settle waits until all that it set off has settled, by its own conversation [S46.c lesson 26]", async () => {
      const log = await openLog(backend)
      const placer = handler("placer").on(ItemAdded, (added) => [OrderPlaced(`order-${added.streamId}`)])
      const heard: string[] = []
      const ear = handler("ear").on(OrderPlaced, (placed) => {
        heard.push(placed.streamId)
      })
      const app = await log.app({ reactors: [Cart, placer, ear] })
      running(app, { concurrency: 2 })
      await travelUntil(log.clock, app.execute(AddItem("cart-1", item("a")), { settle: true }))
      deepEqual(heard, ["order-cart-1"])
      assertMessages(await app.readStream("order-cart-1"), [OrderPlaced("order-cart-1")])
    })

    it("settle does not wait for other conversations, and gives up after its timeout [S46.c]", async () => {
      const log = await openLog(backend)
      const stuck = gate()
      const slow = handler("slow").on(ItemAdded, async (added) => {
        if (added.payload.productId === "stuck") await stuck.pass()
      })
      const app = await log.app({ reactors: [Cart, slow] })
      const run = running(app, { concurrency: 4 })
      const waiting = rejects(
        app.execute(AddItem("cart-stuck", item("stuck")), { settle: true, timeoutMs: 5_000 }),
        WaitedTooLong,
      )
      await stuck.reached
      const other = app.execute(AddItem("cart-1", item("a")), { settle: true, timeoutMs: 60_000 })
      await travelUntil(log.clock, other)
      await log.clock.advance(6_000)
      await waiting
      equal((await app.readStream("cart-stuck")).length, 1)
      stuck.open()
      await run.stop()
    })
  })
}
