import { deepEqual, equal, rejects } from "node:assert/strict"

import { actor, command, event, newStreamId } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { Note, Noted, Notebook } from "../notebook.ts"
import { openLog } from "../open-log.ts"
import { AddItem, Cart, item, ItemAdded } from "../shop.ts"

const Start = command("jobs.start", Schema.Struct({ size: Schema.Int }))
const Started = event("jobs.started", Schema.Struct({ size: Schema.Int }))
const Ended = event("jobs.ended")

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
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
