import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { actor, BackendError, command, event, FailedToAppendMessages, VersionConflict } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { backends } from "../backends.ts"
import { outages } from "../intercept-backend.ts"
import { Note, Noted, Notebook } from "../notebook.ts"
import { oneOf } from "../one-of.ts"
import { openLog } from "../open-log.ts"
import { AddItem, Cart, CartClosed, item, ItemAdded, OrderPlaced, PlaceOrder } from "../shop.ts"

const Ended = event("jobs.ended")

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a command handler that throws is a domain error: nothing is stored, and execute throws it [S11.c S46.b]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Cart] })
      await rejects(app.execute(PlaceOrder("cart-1")), CartClosed)
      equal((await app.stats()).messages, 0)
      await app.execute(AddItem("cart-1", item("a")))
      await app.execute(PlaceOrder("cart-1"))
      await rejects(app.execute(AddItem("cart-1", item("b"))), /cart-1 is placed/)
      assertMessages(await app.readStream("cart-1"), [ItemAdded("cart-1", item("a")), OrderPlaced("cart-1")])
    })

    it("a dispatched command that fails stores no event and goes to the error strategy [S11.c]", async () => {
      const log = await openLog(backend)
      const errors: unknown[] = []
      const app = await log.app({
        reactors: [Cart],
        errorStrategy: (error) => {
          errors.push(error)
          return { kind: "park" }
        },
      })
      await app.dispatch(PlaceOrder("cart-1"))
      await app.drain()
      deepEqual([errors.length, errors[0] instanceof CartClosed, await app.readStream("cart-1")], [1, true, []])
    })

    it("events without a handler still advance the version [S12.b]", async () => {
      const app = await (await openLog(backend)).app({ reactors: [Notebook] })
      await app.dispatch(Ended("book-1"))
      const { events, version } = await app.execute(Note("book-1", { text: "a" }))
      deepEqual([version, events.length, (await app.load(Notebook, "book-1")).version], [2, 1, 2])
    })

    it("load gives state, version and events, up to a version; historyFor reads with and without commands [S16.a S16.c]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Cart] })
      for (const name of ["a", "b", "c"]) await app.dispatch(AddItem("cart-1", item(name)))
      await app.drain()
      const { state, version, events } = await app.load(Cart, "cart-1")
      deepEqual([state.items.length, version, events.length], [3, 3, 3])
      const before = await app.load(Cart, "cart-1", { upto: 2 })
      deepEqual([before.state.items.map(({ productId }) => productId), before.version], [["a", "b"], 2])
      const types = async (options?: Parameters<typeof app.historyFor>[1]) =>
        (await app.historyFor("cart-1", options)).map(({ kind }) => kind)
      deepEqual(await types(), ["command", "command", "command", "event", "event", "event"])
      deepEqual(await types({ commands: false }), ["event", "event", "event"])
      deepEqual(
        (await app.historyFor("cart-1", { after: 1, upto: 2, commands: false })).map((one) => one.version),
        [2],
      )
    })

    it("a loaded instance catches up with what was stored since [S16.b]", async () => {
      const app = await (await openLog(backend)).app({ reactors: [Cart] })
      await app.execute(AddItem("cart-1", item("a")))
      const cart = await app.load(Cart, "cart-1")
      await app.execute(AddItem("cart-1", item("b")))
      equal(cart.state.items.length, 1)
      await cart.catchUp()
      deepEqual([cart.state.items.length, cart.version], [2, 2])
    })

    it("two commands waiting on one stream are decided one after another in one slice: neither conflicts, nobody dies [lesson 1]", async () => {
      const log = await openLog(backend)
      const errors: unknown[] = []
      const app = await log.app({
        reactors: [Cart],
        errorStrategy: (error) => {
          errors.push(error)
          return { kind: "stop" }
        },
      })
      for (let at = 0; at < 10; at += 1) await app.dispatch(AddItem("cart-1", item(`p${at}`)))
      await app.dispatch(PlaceOrder("cart-1"))
      await app.drain()
      deepEqual(errors, [])
      const events = await app.readStream("cart-1")
      deepEqual(
        events.map(({ version }) => version),
        Array.from({ length: 11 }, (_, at) => at + 1),
      )
      equal(events.at(-1)?.type, "shop.order_placed")
    })

    it("a command that arrives at a stream while one is decided there makes no conflict [lesson 2]", async () => {
      const log = await openLog(backend)
      const app = await log.app()
      const dispatched = Promise.withResolvers<unknown>()
      let decided = 0
      const Slow = actor("slow", () => ({}))
        .event(Noted)
        .command(Note, (_state, note, { event }) => {
          decided += 1
          if (decided === 1)
            void app.dispatch(Note("book-1", { text: "meanwhile" })).then(dispatched.resolve, dispatched.reject)
          event(Noted, note.payload)
        })
      const worker = await log.app({ reactors: [Slow] })
      await worker.dispatch(Note("book-1", { text: "first" }))
      await worker.drain()
      await dispatched.promise
      await worker.drain()
      deepEqual([await textsOf(worker, "book-1"), decided], [["first", "meanwhile"], 2])
    })

    it("an event stored directly while a command is decided is folded in and the command decided again [lesson 2 M4.a]", async () => {
      const log = await openLog(backend)
      const other = await log.app({ reactors: [Cart] })
      const app = await log.app({ reactors: [Cart] })
      // Both apps remember the cart; each is behind whenever the other has written.
      for (let at = 0; at < 6; at += 1) {
        await (at % 2 === 0 ? app : other).execute(AddItem("cart-1", item(`p${at}`)))
        await other.dispatch(AddItem("cart-1", item(`q${at}`)))
        await app.drain()
      }
      await other.execute(PlaceOrder("cart-1"))
      await rejects(app.execute(AddItem("cart-1", item("late"))), CartClosed)
      const { state, version } = await app.load(Cart, "cart-1")
      deepEqual([state.items.length, version, state.status], [12, 13, "placed"])
    })

    it("executes at one stream at once are each decided on the state before: none is lost, none decided on stale state [M4.a S46.b]", async () => {
      const log = await openLog(backend)
      const Counted = event("counter.counted", Schema.Struct({ to: Schema.Int }))
      const Count = command("counter.count")
      const Counter = actor("counter", () => ({ at: 0 }))
        .event(Counted, (counter, counted) => {
          counter.at = counted.payload.to
        })
        .command(Count, (counter, _count, { event }) => {
          event(Counted, { to: counter.at + 1 })
        })
      const apps = [await log.app({ reactors: [Counter] }), await log.app({ reactors: [Counter] })]
      await Promise.all(Array.from({ length: 20 }, (_, at) => oneOf(apps, at).execute(Count("counter-1"))))
      const events = (await apps[0]?.readStream("counter-1")) ?? []
      deepEqual(
        events.map(({ payload }) => payload),
        Array.from({ length: 20 }, (_, at) => ({ to: at + 1 })),
      )
    })

    it("a command on a long stream loads only what is new to the process [lesson 21]", async () => {
      const log = await openLog(backend)
      let evolved = 0
      const Long = actor("long", () => ({}))
        .event(Noted, () => {
          evolved += 1
        })
        .command(Note, (_state, note, { event }) => {
          event(Noted, note.payload)
        })
      const connected = await log.connect()
      const { maxBatch } = connected.capabilities
      const app = await log.app({ reactors: [Long], backend: connected })
      for (let left = 3_000; left > 0; left -= maxBatch)
        await app.appendNextToStream(
          "long-1",
          Array.from({ length: Math.min(left, maxBatch) }, () => Noted("long-1", { text: "x" })),
        )
      await app.execute(Note("long-1", { text: "first" }))
      const loading = evolved
      evolved = 0
      for (let at = 0; at < 10; at += 1) await app.execute(Note("long-1", { text: `${at}` }))
      for (let at = 0; at < 10; at += 1) await app.dispatch(Note("long-1", { text: `${at}` }))
      await app.drain()
      ok(loading >= 3_000, `${loading} events were loaded at first`)
      ok(evolved < 3_200, `${evolved} events were folded for 20 commands: the stream is loaded again and again`)
    })

    it("an actor's durable methods decide and append [S17.c]", async () => {
      const app = await (await openLog(backend)).app({ reactors: [Cart] })
      const cart = await app.actor(Cart, "cart-1")
      const [command, events] = await cart.addItem(item("a"))
      deepEqual([command.type, events.length, cart.version, cart.state.items.length], ["shop.add_item", 1, 1, 1])
      assertMessages(await app.readStream("cart-1"), [ItemAdded("cart-1", item("a"))])
      // The command is stored beside its events, and decided already.
      await app.drain()
      equal((await app.readStream("cart-1", { include: "all" })).length, 2)
    })

    it("a durable method conflicts when others were faster, and the instance is as it was [S17.d]", async () => {
      const app = await (await openLog(backend)).app({ reactors: [Cart] })
      const cart = await app.actor(Cart, "cart-1")
      await app.execute(AddItem("cart-1", item("a")))
      await rejects(cart.addItem(item("b")), (error) => error instanceof VersionConflict && error.actual === 1)
      deepEqual([cart.version, cart.state.items.length, (await app.readStream("cart-1")).length], [0, 0, 1])
    })

    it("a durable method that can not be stored raises FailedToAppendMessages with its cause [S17.d]", async () => {
      const log = await openLog(backend)
      const storage = outages(await log.connect())
      const app = await log.app({ reactors: [Cart], backend: storage.backend })
      const cart = await app.actor(Cart, "cart-1")
      storage.away = true
      const failing = rejects(cart.addItem(item("a")), (error) => {
        ok(error instanceof FailedToAppendMessages)
        ok(error.cause instanceof BackendError && error.cause.code === "unavailable")
        return true
      })
      await log.clock.advance(60_000)
      await failing
      storage.away = false
      deepEqual([cart.version, (await app.readStream("cart-1")).length], [0, 0])
    })

    it("appendToStream from a decided instance conflicts when somebody was faster [S17.d]", async () => {
      const app = await (await openLog(backend)).app({ reactors: [Cart] })
      const { version } = await app.load(Cart, "cart-1")
      await app.execute(AddItem("cart-1", item("a")))
      await rejects(
        app.appendToStream("cart-1", [OrderPlaced("cart-1")], { expectedVersion: version }),
        VersionConflict,
      )
    })
  })
}

async function textsOf(
  app: { readStream(id: string): Promise<readonly { readonly type: string; readonly payload: unknown }[]> },
  streamId: string,
) {
  const notes = (await app.readStream(streamId)).filter(({ type }) => type === Noted.type)
  return notes.map(({ payload }) =>
    typeof payload === "object" && payload !== null && "text" in payload ? String(payload.text) : "?",
  )
}
