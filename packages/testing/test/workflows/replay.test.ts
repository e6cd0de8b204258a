import { deepEqual, equal, ok } from "node:assert/strict"

import { type Backend, currentStep, durable, event, type ReadPage, workflow } from "@millrace/core"
import { describe, it } from "vitest"

import { testClock } from "../../src/test-clock.ts"
import { backends } from "../backends.ts"
import { interceptBackend, mortal } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"

const STEPS = 5

/** A workflow of steps in a row, then three side by side, then a row again; what each did is noted in `did`. */
function rowOf(did: string[]) {
  const step = durable("step", (at: number, drawn: string) => {
    did.push(`${currentStep().idempotencyKey} ${at} ${drawn}`)
    return at
  })
  return workflow("row", async (steps: number, flow) => {
    const drawn = `${flow.uuid()} ${flow.random()} ${flow.now().getTime()}`
    let sum = 0
    for (let at = 1; at <= steps; at += 1) sum += await step(at, drawn)
    const beside = await flow.all([10, 20, 30].map((at) => step(at, drawn)))
    return [sum, ...beside, await step(100, drawn)]
  })
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a run taken up by another process skips the steps that are done, and draws the same times, numbers and ids [S47.c lesson 14]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const first = mortal(
        interceptBackend(await log.connect(), ({ method, run }) => {
          if (method !== "append" || did.length !== 3) return run()
          first.kill()
          return new Promise(() => {})
        }),
      )
      const Row = rowOf(did)
      const dying = await log.app({
        reactors: [Row],
        backend: first.backend,
        unclosed: true,
        clock: testClock(log.clock.now()),
      })
      await dying.startWorkflow(Row, STEPS, { id: "1" })
      void dying.drain()
      await log.clock.settle()
      equal(did.length, 3)
      const Again = rowOf(did)
      const app = await log.app({ reactors: [Again] })
      await log.clock.advance(60_000)
      await app.drain()
      deepEqual((await app.workflow(Again, "1").wait()).output, [15, 10, 20, 30, 100])
      equal(did[3], did[2], "the step whose outcome was never stored is run again, with the same key and arguments")
      equal(new Set(did).size, did.length - 1)
      equal(did.length, STEPS + 5)
      equal(new Set(did.map((line) => line.split(" ").slice(2).join(" "))).size, 1)
      const completed = (await app.readStream("row-1")).filter(({ type }) =>
        ["row.step_recorded", "row.step_completed"].includes(type),
      )
      equal(completed.length, STEPS + 4)
    })

    it("resetting a workflow's group runs no step again [S47.c lesson 22]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const Row = rowOf(did)
      const app = await log.app({ reactors: [Row] })
      const run = await app.startWorkflow(Row, STEPS)
      await app.drain()
      const before = (await app.stats()).messages
      for (const reemit of [false, true]) {
        await app.resetConsumerGroup(Row, { reemit })
        await app.drain()
      }
      equal(did.length, STEPS + 4)
      equal((await app.stats()).messages, before)
      deepEqual((await run.wait()).output, [15, 10, 20, 30, 100])
    })

    it("a run that waits through a reset of its group goes on behind it, and does nothing twice [S47.c S47.e lesson 22]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const step = durable("step", (name: string) => void did.push(name))
      const Go = event("go.ahead")
      const Gated = workflow("gated", async (_: null, flow) => {
        await flow.all([step("left"), step("right")])
        await flow.waitFor(Go)
        await step("last")
      })
      const app = await log.app({ reactors: [Gated] })
      const run = await app.startWorkflow(Gated, null)
      await app.drain()
      await app.resetConsumerGroup(Gated, { reemit: true })
      await run.signal(Go)
      await app.drain()
      equal((await run.wait()).status, "completed")
      deepEqual([did.slice(0, 2).toSorted(), did.slice(2)], [["left", "right"], ["last"]])
    })
  })
}

for (const backend of backends.filter(({ name }) => name === "memory" || name === "sqlite")) {
  describe(`on ${backend.name}`, () => {
    it("who waits for a run that this process began and ends is told: only whether somebody had been at its steps is asked [lesson 44]", async () => {
      const log = await openLog(backend)
      const asked: string[] = []
      const counted = interceptBackend(await log.connect(), ({ method, run }) => {
        if (method === "documents" || method === "read") asked.push(method)
        return run()
      })
      const step = durable("step", (at: number) => at)
      const Count = workflow("count", async (steps: number) => {
        for (let at = 1; at <= steps; at += 1) await step(at)
      })
      const app = await log.app({ reactors: [Count], backend: counted })
      const run = await app.startWorkflow(Count, 20, { id: "1" })
      const waiting = run.wait()
      await app.drain()
      equal((await waiting).status, "completed")
      deepEqual(asked, ["read"])
    })

    it("a long run reads no history while its process lives, and all of it once when another takes it up [S47.c]", async () => {
      const long = 1_000
      const log = await openLog(backend)
      const read = { messages: 0 }
      const counted = async (): Promise<Backend> =>
        interceptBackend(await log.connect(), async ({ method, run }) => {
          const page = await run()
          if (method === "read" && isPage(page)) read.messages += page.messages.length
          return page
        })
      const did: string[] = []
      const Row = rowOf(did)
      const first = await log.app({ reactors: [Row], backend: await counted() })
      await first.startWorkflow(Row, long, { id: "1" })
      await first.drain()
      ok(read.messages <= 10, `${read.messages} messages were read for ${long} steps`)
      const Half = workflow("half", async (_: null, flow) => {
        const step = durable("step", (at: number) => at)
        for (let at = 0; at < long; at += 1) await step(at)
        await flow.sleep(1_000)
        for (let at = 0; at < 10; at += 1) await step(at)
      })
      const second = await log.app({ reactors: [Half], backend: await counted() })
      await second.startWorkflow(Half, null, { id: "1" })
      await second.drain()
      await second.close()
      await log.clock.advance(1_000)
      read.messages = 0
      const third = await log.app({ reactors: [Half], backend: await counted() })
      await third.drain()
      equal((await third.workflow(Half, "1").wait()).status, "completed")
      ok(read.messages < long + 20, `${read.messages} messages were read to take up a run of ${long} steps`)
    })
  })
}

function isPage(value: unknown): value is ReadPage {
  return typeof value === "object" && value !== null && "messages" in value
}
