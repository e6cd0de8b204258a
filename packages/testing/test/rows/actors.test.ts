import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { actor, BackendError, command, event, FailedToAppendMessages, newStreamId, VersionConflict } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { backends } from "../backends.ts"
import { outages } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { AddItem, Cart, CartClosed, ItemAdded, OrderPlaced, PlaceOrder } from "../shop.ts"

const item = (productId: string, quantity = 1) => ({ productId, quantity })

const Start = command("jobs.start", Schema.Struct({ size: Schema.Int }))
const Started = event("jobs.started", Schema.Struct({ size: Schema.Int }))
const Note = command("jobs.note", Schema.Struct({ text: Schema.String }))
const Noted = event("jobs.noted", Schema.Struct({ text: Schema.String }))
const Ended = event("jobs.ended")

/** Notes what it is told. */
const Notebook = actor("notebook", () => ({ notes: 0 }))
  .event(Noted, (book) => {
    book.notes += 1
  })
  .command(Note, (_book, note, { event }) => {
    event(Noted, note.payload)
  })

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

    it("a reaction answers the actor's own events and others', with the actor's state [S13.a]", async () => {
      const log = await openLog(backend)
      const Watcher = actor("watcher", (id) => ({ id, started: 0 }))
        .event(Started, (watcher) => {
          watcher.started += 1
        })
        .command(Start, (_watcher, start, { event }) => {
          event(Started, start.payload)
        })
        .reaction(Started, (watcher, started, { dispatch }) => {
          dispatch(Note, { text: `own ${started.payload.size}, ${watcher.started} so far` })
        })
        .reaction(Ended, (watcher, ended, { dispatch }) => {
          dispatch(Note, { text: `other's on ${ended.streamId}, ${watcher.started} so far` })
        })
      const app = await log.app({ reactors: [Watcher, Notebook] })
      await app.dispatch(Start("job-1", { size: 3 }))
      await app.drain()
      await app.dispatch(Ended("job-1"))
      await app.drain()
      const notes = await textsOf(app, "job-1")
      deepEqual(notes, ["own 3, 1 so far", "other's on job-1, 1 so far"])
    })

    it("one reaction answers several types, and the wildcard every evolved event without its own [S13.b S13.c]", async () => {
      const log = await openLog(backend)
      const A = event("kinds.a")
      const B = event("kinds.b")
      const C = event("kinds.c")
      const D = event("kinds.d")
      const Reactive = actor("reactive", () => ({ seen: 0 }))
        .event(A)
        .event(B)
        .event(C)
        .event(D)
        .reaction([A, B], (_state, one, { dispatch }) => {
          dispatch(Note, { text: `several ${one.type}` })
        })
        .reaction((_state, one, { dispatch }) => {
          dispatch(Note, { text: `wildcard ${one.type}` })
        })
        .reaction(C, (_state, one, { dispatch }) => {
          dispatch(Note, { text: `own ${one.type}` })
        })
      const app = await log.app({ reactors: [Reactive, Notebook] })
      await app.appendNextToStream("kinds-1", [A("kinds-1"), B("kinds-1"), C("kinds-1"), D("kinds-1")])
      await app.drain()
      deepEqual(await textsOf(app, "kinds-1"), [
        "several kinds.a",
        "several kinds.b",
        "own kinds.c",
        "wildcard kinds.d",
      ])
    })

    it("a dispatch in a reaction is aimed at a stream, a new stream, a date and another actor [S13.d S13.e]", async () => {
      const log = await openLog(backend)
      const made: string[] = []
      const Aimer = actor("aimer", () => ({}))
        .event(Started)
        .reaction(Started, (_state, started, { dispatch }) => {
          const fresh = newStreamId("book")
          made.push(fresh)
          dispatch(Note, { text: "there" }).to("book-1")
          dispatch(Note, { text: "new" }).to(fresh)
          dispatch(Note, { text: "later" })
            .to("book-1")
            .at(new Date(log.clock.now() + 60_000))
          dispatch(Note, { text: `by actor of ${started.streamId}` }).to(Notebook)
        })
      const app = await log.app({ reactors: [Aimer, Notebook] })
      await app.dispatch(Started("job-1", { size: 1 }))
      await app.drain()
      deepEqual([await textsOf(app, "book-1"), await textsOf(app, made[0] ?? "")], [["there"], ["new"]])
      const notebooks = (await app.recentStreams({ category: "notebook" })).map(({ streamId }) => streamId)
      equal(notebooks.length, 1)
      deepEqual(await textsOf(app, notebooks[0] ?? ""), ["by actor of job-1"])
      await log.clock.advance(60_000)
      await app.drain()
      deepEqual(await textsOf(app, "book-1"), ["there", "later"])
    })

    it("a reaction answers another actor's command [S13.f]", async () => {
      const log = await openLog(backend)
      const Shadow = actor("shadow", () => ({})).reaction(AddItem, (_state, add, { dispatch }) => {
        dispatch(Note, { text: `asked for ${add.payload.productId}` }).to("book-1")
      })
      const app = await log.app({ reactors: [Cart, Shadow, Notebook] })
      await app.dispatch(AddItem("cart-1", item("a")))
      await app.drain()
      deepEqual(await textsOf(app, "book-1"), ["asked for a"])
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
      await Promise.all(Array.from({ length: 20 }, (_, at) => apps[at % 2]?.execute(Count("counter-1"))))
      const events = (await apps[0]?.readStream("counter-1")) ?? []
      deepEqual(
        events.map(({ payload }) => payload),
        Array.from({ length: 20 }, (_, at) => ({ to: at + 1 })),
      )
    })

    it("a reaction sees the state right after its event, wherever the batch ends [lesson 17]", async () => {
      const results: string[][] = []
      for (const oneByOne of [true, false]) {
        const log = await openLog(backend)
        const Tally = actor("tally", () => ({ total: 0 }))
          .event(ItemAdded, (tally, added) => {
            tally.total += added.payload.quantity
          })
          .reaction(ItemAdded, (tally, added, { dispatch }) => {
            dispatch(Note, { text: `${added.payload.productId}: ${tally.total}` }).to("book-1")
          })
        const app = await log.app({ reactors: [Tally, Notebook] })
        for (const [at, name] of ["a", "b", "c"].entries()) {
          await app.dispatch(ItemAdded("tally-1", item(name, 10 ** at)))
          if (oneByOne) await app.drain()
        }
        await app.drain()
        results.push(await textsOf(app, "book-1"))
      }
      deepEqual(results, [
        ["a: 1", "b: 11", "c: 111"],
        ["a: 1", "b: 11", "c: 111"],
      ])
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
      const app = await log.app({ reactors: [Long] })
      await app.appendNextToStream(
        "long-1",
        Array.from({ length: 3_000 }, () => Noted("long-1", { text: "x" })),
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

    it("resetting a group of actors decides no command again and doubles no event [lesson 22]", async () => {
      const log = await openLog(backend)
      let decided = 0
      const Once = actor("once", () => ({}))
        .event(Noted)
        .command(Note, (_state, note, { event }) => {
          decided += 1
          event(Noted, note.payload)
        })
        .reaction(Noted, (_state, noted, { dispatch }) => {
          if (noted.payload.text === "go") dispatch(Note, { text: "went" })
        })
      const app = await log.app({ reactors: [Once] })
      await app.dispatch(Note("once-1", { text: "go" }))
      await app.drain()
      const before = await app.readStream("once-1", { include: "all" })
      await app.resetConsumerGroup(Once)
      await app.drain()
      deepEqual(await app.readStream("once-1", { include: "all" }), before)
      equal(decided, 2)
      await app.dispatch(Note("once-1", { text: "go" }))
      await app.drain()
      equal(decided, 4)
    })

    it("register adds a reactor to an app that runs [S18.a]", async () => {
      const app = await (await openLog(backend)).app()
      await app.dispatch(AddItem("cart-1", item("a")))
      await app.register(Cart)
      await app.drain()
      equal((await app.readStream("cart-1")).length, 1)
    })

    it("what is no reactor is refused, and so is a second group of one name [S18.b S18.c]", async () => {
      const app = await (await openLog(backend)).app({ reactors: [Cart] })
      const notReactor: object = { name: "thing" }
      // @ts-expect-error an object without handle is no reactor
      await rejects(async () => app.register(notReactor), /reactor/)
      await rejects(async () => app.register(actor("cart", () => ({})).event(Noted)), /cart/)
      await app.dispatch(AddItem("cart-1", item("a")))
      await app.drain()
      equal((await app.readStream("cart-1")).length, 1)
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
