import { deepEqual, equal, notEqual, ok, rejects } from "node:assert/strict"

import { command, event, handler, InvalidPayload } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, AddItem, Cart, ItemAdded, OrderPlaced, PlaceOrder } from "../shop.ts"

const Dated = Schema.Struct({ at: Schema.Date, note: Schema.String })
const Remind = command("notes.remind", Dated)
const Reminded = event("notes.reminded", Dated)

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("dispatch refuses a message whose payload was spoiled after it was made, with every field's error, and stores nothing [S2.b]", async () => {
      const app = await (await openLog(backend)).app({ reactors: [Cart] })
      const spoiled = {
        ...AddItem("cart-1", { productId: "p", quantity: 1 }),
        payload: { productId: 7, quantity: "many" },
      }
      await rejects(app.dispatch(spoiled), (error) => {
        ok(error instanceof InvalidPayload)
        deepEqual(error.errors.map(({ path }) => path).toSorted(), ["productId", "quantity"])
        return true
      })
      equal((await app.stats()).messages, 0)
    })

    it("events are encoded when stored and decoded when handled, by their schema [S2.e]", async () => {
      const log = await openLog(backend)
      const handled: unknown[] = []
      const reminders = handler("reminders").on(Reminded, (reminded) => {
        handled.push(reminded.payload)
      })
      const app = await log.app({ reactors: [reminders] })
      const payload = { at: new Date("2030-05-01T10:00:00.000Z"), note: "call" }
      await app.dispatch(Reminded("note-1", payload))
      await app.drain()
      deepEqual(handled, [payload])
      const [stored] = await app.readStream("note-1")
      deepEqual(stored?.payload, { at: "2030-05-01T10:00:00.000Z", note: "call" })
    })

    it("a stored message has every part of its envelope, and an event its version [S3.a]", async () => {
      const log = await openLog(backend)
      const app = await log.app()
      const message = added("cart-1").withMetadata({ user: "ann" })
      const { position } = await app.dispatch(message)
      const [stored] = await app.readStream("cart-1")
      deepEqual(stored, {
        id: message.id,
        kind: "event",
        type: "shop.item_added",
        streamId: "cart-1",
        payload: { productId: "p", quantity: 1 },
        metadata: { user: "ann" },
        causationId: message.id,
        correlationId: message.id,
        createdAt: message.createdAt,
        position,
        version: 1,
        recordedAt: new Date(log.clock.now()).toISOString(),
      })
      await app.dispatch(PlaceOrder("cart-1"))
      const [queued] = await app.readStream("cart-1", { include: "commands" })
      deepEqual([queued?.kind, queued !== undefined && "version" in queued], ["command", false])
    })

    it("what is produced while handling a message carries it as cause, its conversation, and its metadata under its own [S4.a S4.b]", async () => {
      const log = await openLog(backend)
      const placer = handler("placer").on(ItemAdded, (item) => [
        OrderPlaced(item.streamId).withMetadata({ source: "placer" }),
      ])
      const app = await log.app({ reactors: [Cart, placer] })
      const cause = AddItem("cart-1", { productId: "p", quantity: 1 }).withMetadata({ user: "ann", source: "form" })
      await app.dispatch(cause)
      await app.drain()
      const [itemAdded, placed] = await app.readStream("cart-1")
      deepEqual(
        [itemAdded?.causationId, itemAdded?.correlationId, itemAdded?.metadata],
        [cause.id, cause.id, { user: "ann", source: "form" }],
      )
      deepEqual(
        [placed?.causationId, placed?.correlationId, placed?.metadata],
        [itemAdded?.id, cause.id, { user: "ann", source: "placer" }],
      )
      notEqual(placed?.id, itemAdded?.id)
    })

    it("correlationTree returns a whole conversation in log order, from any of its messages [S4.c]", async () => {
      const log = await openLog(backend)
      const placer = handler("placer").on(ItemAdded, (item) => [OrderPlaced(`order-of-${item.streamId}`)])
      const app = await log.app({ reactors: [Cart, placer] })
      const one = AddItem("cart-1", { productId: "p", quantity: 1 })
      const other = AddItem("cart-2", { productId: "q", quantity: 2 })
      await app.dispatch(one)
      await app.dispatch(other)
      await app.drain()
      const tree = await app.correlationTree(one.id)
      assertMessages(tree, [one, ItemAdded("cart-1", { productId: "p", quantity: 1 }), OrderPlaced("order-of-cart-1")])
      deepEqual(
        tree.map(({ position }) => position),
        tree.map(({ position }) => position).toSorted((a, b) => a - b),
      )
      const last = tree.at(-1)?.id ?? ""
      deepEqual(
        (await app.correlationTree(last)).map(({ id }) => id),
        tree.map(({ id }) => id),
      )
    })

    it("a type that nobody defined here can be read, and its stream goes on [S7.a lesson 9]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Cart] })
      const unknown = { ...added("cart-1"), type: "shop.of_a_later_release", payload: { anything: [1, { at: null }] } }
      await app.dispatch(AddItem("cart-1", { productId: "p", quantity: 1 }))
      await app.drain()
      await app.dispatch(unknown)
      await app.dispatch(AddItem("cart-1", { productId: "q", quantity: 1 }))
      await app.drain()
      const events = await app.readStream("cart-1")
      deepEqual(
        events.map(({ type, version }) => [type, version]),
        [
          ["shop.item_added", 1],
          ["shop.of_a_later_release", 2],
          ["shop.item_added", 3],
        ],
      )
      deepEqual(events[1]?.payload, { anything: [1, { at: null }] })
      const { state, version } = await app.load(Cart, "cart-1")
      deepEqual([state.items.map(({ productId }) => productId), version], [["p", "q"], 3])
    })

    it("a payload that a reactor cannot decode goes to its error strategy, holds no lease and leaves the stream readable [S7.b lesson 9]", async () => {
      const log = await openLog(backend)
      const handled: string[] = []
      const errors: unknown[] = []
      const reminders = handler("reminders", {
        errorStrategy: (error) => {
          errors.push(error)
          return { kind: "park" }
        },
      }).on(Reminded, (reminded) => {
        handled.push(reminded.streamId)
      })
      const app = await log.app({ reactors: [reminders] })
      await app.dispatch({ ...Reminded("note-1", { at: new Date(), note: "x" }), payload: { at: "no date", note: 3 } })
      await app.dispatch(Reminded("note-2", { at: new Date(), note: "y" }))
      await app.drain()
      deepEqual([handled, errors.length], [["note-2"], 1])
      ok(errors[0] instanceof Error && errors[0].message.includes("notes.reminded"))
      const [dead] = await app.deadLetters()
      deepEqual([dead?.key, dead?.leasedBy], ["note-1", undefined])
      equal((await app.readStream("note-1")).length, 1)
    })

    it("a low-level reactor gets a type that no definition knows as it is [S7.a]", async () => {
      const log = await openLog(backend)
      const seen = recorder("seen", ["shop.of_a_later_release"])
      const app = await log.app({ reactors: [seen] })
      await app.dispatch({ ...added("cart-1"), type: "shop.of_a_later_release", payload: [1, 2] })
      await app.drain()
      deepEqual(
        seen.seen.map(({ type, payload }) => [type, payload]),
        [["shop.of_a_later_release", [1, 2]]],
      )
    })

    it("a reminder that is dispatched with .at goes out at its time [S5.c]", async () => {
      const log = await openLog(backend)
      const app = await log.app()
      const remind = Remind("note-1", { at: new Date(log.clock.now()), note: "x" })
      await rejects(app.scheduleMessages([remind], { at: new Date(log.clock.now()) }), /has passed/)
      equal((await app.stats()).schedules, 0)
    })
  })
}
