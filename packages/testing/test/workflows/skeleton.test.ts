import { deepEqual, equal } from "node:assert/strict"

import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { bookTrip, newWorld } from "./trip.ts"

for (const backend of backends.filter((one) => ["memory", "sqlite"].includes(one.name))) {
  describe(`on ${backend.name}`, () => {
    it("a workflow of two steps runs to its output [S47.a S47.f]", async () => {
      const log = await openLog(backend)
      const world = newWorld()
      const BookTrip = bookTrip(world)
      const app = await log.app({ reactors: [BookTrip] })
      const run = await app.startWorkflow(BookTrip, { flight: "BA1", hotel: "Ritz" }, { id: "1" })
      await app.drain()
      const outcome = await run.wait()
      deepEqual(outcome, { status: "completed", output: "BA1 and Ritz" })
      deepEqual(world.did, ["book_flight BA1", "book_hotel Ritz"])
      deepEqual(
        (await app.readStream(run.streamId)).map(({ type }) => type),
        ["book_trip.started", "book_trip.step_completed", "book_trip.step_completed", "book_trip.completed"],
      )
      equal((await app.groups([BookTrip]))[0]?.lag, 0)
    })
  })
}
