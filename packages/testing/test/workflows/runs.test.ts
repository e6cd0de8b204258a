import { deepEqual, equal, rejects } from "node:assert/strict"

import { durable, event, handler, type Json, RunIdReused, RunNotFound, workflow } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { bookTrip, newWorld } from "./trip.ts"

const TRIP = { flight: "BA1", hotel: "Ritz" }
const TripWanted = event("shop.trip_wanted", Schema.Struct({ flight: Schema.String, hotel: Schema.String }))

class SoldOut extends Error {
  override readonly name = "SoldOut"
  readonly code = "sold-out"
}

/** What a step's event says, without what stands for its arguments. */
function recordOf(payload: Json): unknown {
  if (typeof payload !== "object" || payload === null || !("step" in payload)) return payload
  return { step: payload["step"], output: payload["output"] }
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a workflow is registered like any reactor and its run gives an output [S47.a S47.f]", async () => {
      const log = await openLog(backend)
      const BookTrip = bookTrip(newWorld())
      const app = await log.app({ reactors: { BookTrip, otherExport: 1 } })
      const run = await app.startWorkflow(BookTrip, TRIP)
      await app.drain()
      const outcome = await run.wait()
      equal(outcome.output, "BA1 and Ritz")
      deepEqual(await app.workflow(BookTrip, run.id).status(), { status: "completed", output: "BA1 and Ritz" })
      deepEqual(
        (await app.groups([BookTrip])).map(({ group, lag }) => [group, lag]),
        [["book_trip", 0]],
      )
    })

    it("each step of a run is an event in the run's stream, with its key and its output [S47.b lesson 14]", async () => {
      const log = await openLog(backend)
      const BookTrip = bookTrip(newWorld())
      const app = await log.app({ reactors: [BookTrip] })
      const run = await app.startWorkflow(BookTrip, TRIP, { id: "1" })
      await app.drain()
      const events = await app.readStream(run.streamId)
      equal(run.streamId, "book_trip-1")
      deepEqual(
        events.map(({ type }) => type),
        ["book_trip.started", "book_trip.step_recorded", "book_trip.step_recorded", "book_trip.completed"],
      )
      deepEqual(
        events.slice(1, 3).map(({ payload }) => recordOf(payload)),
        [
          { step: "book_flight#1", output: { booked: "BA1" } },
          { step: "book_hotel#1", output: { booked: "Ritz" } },
        ],
      )
      deepEqual(
        events.map(({ correlationId }) => correlationId),
        events.map(() => events[0]?.id),
      )
    })

    it("a second start with the same id answers the run there is, and one with another input is refused [S47.a M2.c]", async () => {
      const log = await openLog(backend)
      const world = newWorld()
      const BookTrip = bookTrip(world)
      const app = await log.app({ reactors: [BookTrip] })
      await Promise.all([1, 2, 3].map(() => app.startWorkflow(BookTrip, TRIP, { id: "1" })))
      await app.drain()
      const again = await app.startWorkflow(BookTrip, { hotel: "Ritz", flight: "BA1" }, { id: "1" })
      await app.drain()
      equal((await again.wait()).output, "BA1 and Ritz")
      equal(world.did.length, 2)
      await rejects(app.startWorkflow(BookTrip, { ...TRIP, hotel: "Savoy" }, { id: "1" }), RunIdReused)
    })

    it("a handler starts a run by a message, and a repetition of it does nothing [S47.a]", async () => {
      const log = await openLog(backend)
      const world = newWorld()
      const BookTrip = bookTrip(world)
      const starting = handler("starting").on(TripWanted, ({ payload }) => BookTrip.start("from-shop", payload))
      const app = await log.app({ reactors: [BookTrip, starting] })
      await app.appendNextToStream("shop-1", [TripWanted("shop-1", TRIP), TripWanted("shop-1", TRIP)])
      await app.drain()
      equal((await app.workflow(BookTrip, "from-shop").wait()).output, "BA1 and Ritz")
      equal(world.did.length, 2)
    })

    it("a failure is a result: with its name, message, code and step, and nothing is parked [S47.g]", async () => {
      const log = await openLog(backend)
      const book = durable(
        "book",
        () => {
          throw new SoldOut("no seat is left")
        },
        { nonRetryable: [SoldOut] },
      )
      const ByStep = workflow("by_step", () => book())
      const ByCode = workflow("by_code", () => {
        throw new RangeError("too far away")
      })
      const app = await log.app({ reactors: [ByStep, ByCode] })
      const byStep = await app.startWorkflow(ByStep)
      const byCode = await app.startWorkflow(ByCode)
      await app.drain()
      deepEqual(await byStep.wait(), {
        status: "failed",
        failure: { name: "SoldOut", message: "no seat is left", code: "sold-out", step: "book#1" },
      })
      deepEqual(await byCode.wait(), {
        status: "failed",
        failure: { name: "RangeError", message: "too far away" },
      })
      deepEqual(await app.deadLetters(), [])
    })

    it("waiting ends with timed-out while the run goes on, and knows no run that was never started [S47.f]", async () => {
      const log = await openLog(backend)
      const BookTrip = bookTrip(newWorld())
      const app = await log.app({ reactors: [BookTrip] })
      const run = await app.startWorkflow(BookTrip, TRIP)
      const waiting = run.wait({ timeoutMs: 1_000 })
      await log.clock.advance(1_001)
      deepEqual(await waiting, { status: "timed-out" })
      deepEqual(await run.status(), { status: "running" })
      await app.drain()
      equal((await run.wait()).status, "completed")
      const unknown = app.workflow(BookTrip, "never")
      await rejects(unknown.wait(), RunNotFound)
      await rejects(unknown.status(), RunNotFound)
      await rejects(unknown.cancel(), RunNotFound)
    })

    it("outputs are what JSON gives back on the first run already [S47.f]", async () => {
      const log = await openLog(backend)
      const look = durable("look", () => ({ at: new Date(0), left: undefined, seats: [1, 2] }))
      const Look = workflow("look_around", async () => {
        const seen = await look()
        const at: string = seen.at
        return { kind: typeof at, seen, nothing: await nothing() }
      })
      const nothing = durable("nothing", () => {})
      const app = await log.app({ reactors: [Look] })
      const run = await app.startWorkflow(Look)
      await app.drain()
      deepEqual((await run.wait()).output, { kind: "string", seen: { at: "1970-01-01T00:00:00.000Z", seats: [1, 2] } })
    })

    it("a run handed to workers that run is done by them, and wait hears of it [S47.a S47.f]", async () => {
      const log = await openLog(backend, { real: true })
      const BookTrip = bookTrip(newWorld())
      const app = await log.app({ reactors: [BookTrip] })
      await app.start({ processName: "worker-1" })
      const run = await app.startWorkflow(BookTrip, TRIP)
      equal((await run.wait()).output, "BA1 and Ritz")
      await app.stop()
    })
  })
}
