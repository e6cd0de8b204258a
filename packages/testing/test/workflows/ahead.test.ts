import { deepEqual, equal } from "node:assert/strict"

import { durable, event, workflow } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { interceptBackend, losingAnswers } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"

const LEASE_MS = 30_000

const Said = event("ahead.said")

/** A run of three steps and a signal; `pause` may hold a step up. */
function rowOf(did: string[], pause: (step: string) => Promise<void> = async () => {}) {
  const step = durable("step", async (name: string) => {
    did.push(name)
    await pause(name)
    return name
  })
  return workflow("ahead", async (_: null, flow) => {
    const done = [await step("a"), await step("b"), await step("c")]
    await flow.waitFor(Said)
    return done.join("")
  })
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a worker that was paused in a step and lost its run is refused: each outcome is recorded once [S47.c S41.c lesson 7]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const gate = Promise.withResolvers<void>()
      // Its lease is not lengthened, as when its event loop stands still.
      const still = interceptBackend(await log.connect(), ({ method, run }) =>
        method === "extend" ? new Promise(() => {}) : run(),
      )
      const Paused = rowOf(did, (step) => (step === "b" ? gate.promise : Promise.resolve()))
      const first = await log.app({ reactors: [Paused], backend: still })
      const run = await first.startWorkflow(Paused, null, { id: "1" })
      await run.signal(Said)
      const draining = first.drain()
      while (!did.includes("b")) await log.clock.settle()
      await log.clock.jump(LEASE_MS)
      const Next = rowOf(did)
      const second = await log.app({ reactors: [Next] })
      await second.drain()
      gate.resolve()
      await draining
      await second.drain()
      equal((await second.workflow(Next, "1").wait()).output, "abc")
      deepEqual(
        did.filter((step) => step !== "b"),
        ["a", "c"],
      )
      const steps = (await second.readStream(run.streamId)).filter(({ type }) => type.includes(".step_"))
      equal(steps.length, 3)
    })

    it("a signal that comes while a step runs takes its place before the step's outcome, and no step is run again [S47.b S47.e]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const gate = Promise.withResolvers<void>()
      const Row = rowOf(did, (step) => (step === "b" ? gate.promise : Promise.resolve()))
      const app = await log.app({ reactors: [Row] })
      const run = await app.startWorkflow(Row, null, { id: "1" })
      const draining = app.drain()
      while (!did.includes("b")) await log.clock.settle()
      await run.signal(Said)
      gate.resolve()
      await draining
      equal((await run.wait()).output, "abc")
      deepEqual(did, ["a", "b", "c"])
      const types = (await app.readStream(run.streamId)).map(({ type }) => type.replace("ahead.", ""))
      deepEqual(types.slice(0, 4), ["started", "step_recorded", "signalled", "step_completed"])
    })

    it("a step whose record's answer was lost is recorded once and not run again [S47.c lesson 29]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const Row = rowOf(did)
      const caller = await log.app({ reactors: [] })
      const run = await caller.startWorkflow(Row, null, { id: "1" })
      await run.signal(Said)
      const app = await log.app({ reactors: [Row], backend: losingAnswers(await log.connect(), ["append"], 2) })
      const draining = app.drain()
      let drained = false
      void draining.then(() => (drained = true))
      while (!drained) await log.clock.advance(100)
      equal((await caller.workflow(Row, "1").wait()).output, "abc")
      deepEqual(did, ["a", "b", "c"])
    })

    it("steps one after another are claimed and settled once, and each is recorded by one append [S47.b lesson 44]", async () => {
      const log = await openLog(backend)
      const calls: string[] = []
      const counted = interceptBackend(await log.connect(), ({ method, run }) => {
        calls.push(method)
        return run()
      })
      const give = durable("give", (at: number) => at)
      const Sum = workflow("sum_up", async () => {
        let sum = 0
        for (let at = 1; at <= 5; at += 1) sum += await give(at)
        return sum
      })
      const app = await log.app({ reactors: [Sum], backend: counted })
      const run = await app.startWorkflow(Sum)
      calls.length = 0
      await app.drain()
      equal((await run.wait()).output, 15)
      deepEqual(calls.filter((call) => call === "settle").length, 1)
      deepEqual(calls.filter((call) => call === "append").length, 5)
    })
  })
}
