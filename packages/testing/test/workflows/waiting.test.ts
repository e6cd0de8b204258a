import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { durable, event, handler, InvalidPayload, WorkflowCancelled, workflow } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { oneOf } from "../one-of.ts"
import { openLog } from "../open-log.ts"

const HOUR_MS = 3_600_000
const Paid = event("orders.paid", Schema.Struct({ cents: Schema.Int, at: Schema.DateFromString }))
const paid = (cents: number) => ({ cents, at: new Date(0) })

const Await = workflow("awaiting", async (timeoutMs: number, flow) => {
  const first = await flow.waitFor(Paid, { timeoutMs })
  return first === undefined ? "never paid" : [first.cents, first.at.getTime()]
})

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("sleeping needs no process: a run that slept goes on in another one [S47.e]", async () => {
      const log = await openLog(backend)
      const Nap = workflow("napping", async (_: null, flow) => {
        const before = flow.now().getTime()
        await flow.sleep(HOUR_MS)
        await flow.sleepUntil(new Date(before + 2 * HOUR_MS))
        await flow.sleepUntil(new Date(0))
        return flow.now().getTime() - before
      })
      const first = await log.app({ reactors: [Nap] })
      const run = await first.startWorkflow(Nap, null)
      await first.drain()
      await first.close()
      await log.clock.advance(HOUR_MS - 1)
      const second = await log.app({ reactors: [Nap] })
      await second.drain()
      deepEqual(await second.workflow(Nap, run.id).status(), { status: "running" })
      for (const ms of [1, HOUR_MS]) {
        await log.clock.advance(ms)
        await second.drain()
      }
      equal((await second.workflow(Nap, run.id).wait()).output, 2 * HOUR_MS)
    })

    it("waitFor takes the event of a signal, decoded, whether it came before or after [S47.e]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Await] })
      const early = await app.startWorkflow(Await, HOUR_MS)
      await early.signal(Paid, paid(1))
      const late = await app.startWorkflow(Await, HOUR_MS)
      await app.drain()
      await late.signal(Paid, paid(2))
      await late.signal(Paid, paid(3))
      await app.drain()
      deepEqual((await early.wait()).output, [1, 0])
      deepEqual((await late.wait()).output, [2, 0])
      await log.clock.advance(HOUR_MS)
      await app.drain()
      deepEqual(await app.deadLetters(), [], "a timer of a wait that is over disturbs nobody")
    })

    it("waitFor gives up when its time is up [S47.e]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Await] })
      const run = await app.startWorkflow(Await, HOUR_MS)
      await app.drain()
      await log.clock.advance(HOUR_MS)
      await app.drain()
      equal((await run.wait()).output, "never paid")
    })

    it("signals of one type are taken one by one in the order they came, those of another type wait [S47.e]", async () => {
      const log = await openLog(backend)
      const Shipped = event("orders.shipped")
      const Take = workflow("taking", async (_: null, flow) => {
        const cents = [await flow.waitFor(Paid), await flow.waitFor(Paid)].map((one) => one.cents)
        await flow.waitFor(Shipped)
        return cents
      })
      const app = await log.app({ reactors: [Take] })
      const run = await app.startWorkflow(Take, null)
      await run.signal(Shipped)
      await run.signal(Paid, paid(1))
      await app.drain()
      await run.signal(Paid, paid(2))
      await app.drain()
      deepEqual((await run.wait()).output, [1, 2])
    })

    it("a handler passes a domain event on to the run that waits for it, and a wrong payload is refused [S47.e]", async () => {
      const log = await openLog(backend)
      const passing = handler("passing").on(Paid, ({ streamId, payload }) => Await.signal(streamId, Paid, payload))
      const app = await log.app({ reactors: [Await, passing] })
      const run = await app.startWorkflow(Await, HOUR_MS, { id: "order-1" })
      await app.dispatch(Paid("order-1", paid(7)))
      await app.drain()
      deepEqual((await run.wait()).output, [7, 0])
      await rejects(run.signal(Paid, { cents: 0.5, at: new Date(0) }), InvalidPayload)
    })

    it("a signal that was sent in an earlier shape of its event comes as today's [S47.e M5.a]", async () => {
      const log = await openLog(backend)
      const Old = event("orders.paid_old", Schema.Struct({ euros: Schema.Int }))
      const New = event("orders.paid_old", Schema.Struct({ cents: Schema.Int })).from(
        Schema.Struct({ euros: Schema.Int }),
        ({ euros }) => ({ cents: euros * 100 }),
      )
      const Take = workflow("upgrading", async (_: null, flow) => [
        (await flow.waitFor(New)).cents,
        (await flow.waitFor(New)).cents,
      ])
      const app = await log.app({ reactors: [Take] })
      const run = await app.startWorkflow(Take, null)
      await run.signal(Old, { euros: 2 })
      await app.drain()
      await run.signal(New, { cents: 5 })
      await app.drain()
      deepEqual((await run.wait()).output, [200, 5])
    })

    it("two processes that take turns at a run read only what the other one did, and agree [S47.c S47.e]", async () => {
      const rounds = 12
      const log = await openLog(backend)
      const Turns = workflow("turns", async (_: null, flow) => {
        const drawn: string[] = []
        for (let round = 0; round < rounds; round += 1) drawn.push(`${(await flow.waitFor(Paid)).cents} ${flow.uuid()}`)
        return drawn
      })
      const read: string[] = []
      const apps = await Promise.all(
        ["one", "two"].map(async (processName) => {
          const connected = interceptBackend(await log.connect(), async ({ method, args, run }) => {
            if (method === "read") read.push(JSON.stringify(args))
            return run()
          })
          return log.app({ reactors: [Turns], processName, backend: connected })
        }),
      )
      const run = await oneOf(apps, 0).startWorkflow(Turns, null)
      for (let round = 0; round < rounds; round += 1) {
        await run.signal(Paid, paid(round))
        await oneOf(apps, round).drain()
      }
      const outcome = await run.wait()
      const drawn = outcome.output ?? []
      deepEqual(
        drawn.map((line) => line.split(" ")[0]),
        Array.from({ length: rounds }, (_, round) => `${round}`),
      )
      equal(new Set(drawn.map((line) => line.split(" ")[1])).size, rounds)
      const whole = read.filter((args) => args.includes('"from":"streams"') && args.includes('"after":0'))
      ok(whole.length <= 2, `the run was read from its beginning ${whole.length} times`)
    })

    it("cancel ends a run where it waits, and what was to come does not [S47.e]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const step = durable("step", (name: string) => void did.push(name))
      const Long = workflow("long", async (_: null, flow) => {
        await step("before")
        await flow.sleep(HOUR_MS)
        await step("after")
      })
      const app = await log.app({ reactors: [Long] })
      const run = await app.startWorkflow(Long, null)
      await app.drain()
      await run.cancel("no longer wanted")
      await run.cancel("really")
      await app.drain()
      deepEqual(await run.wait(), { status: "cancelled", reason: "no longer wanted" })
      await log.clock.advance(HOUR_MS)
      await app.drain()
      deepEqual(did, ["before"])
      deepEqual(await app.deadLetters(), [])
    })

    it("cancel reaches a step that waits for its retry: it is not tried again [S47.e S47.d]", async () => {
      const log = await openLog(backend)
      let tries = 0
      const fail = durable("fail", () => {
        tries += 1
        throw new Error("down")
      })
      const Failing = workflow("failing", () => fail())
      const app = await log.app({ reactors: [Failing] })
      const run = await app.startWorkflow(Failing)
      await app.drain()
      await run.cancel()
      await app.drain()
      equal((await run.wait()).status, "cancelled")
      await log.clock.advance(HOUR_MS)
      await app.drain()
      equal(tries, 1)
    })

    it("what a cancelled run waited for and had not begun is not done while it undoes things, nor tried again [S47.e S47.d]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const step = durable("step", (name: string) => void did.push(name))
      const fail = durable("fail", () => {
        did.push("fail")
        throw new Error("down")
      })
      const undoing = (name: string, wait: () => Promise<void>) =>
        workflow(name, async (_: null, flow) => {
          try {
            await wait()
          } catch {
            await flow.sleep(HOUR_MS)
            await step(`undo ${name}`)
          }
        })
      const Begun = undoing("begun", () => fail())
      const Alone = undoing("alone", () => step("alone"))
      const Beside = undoing("beside", async () => void (await Promise.all([step("left"), step("right")])))
      const app = await log.app({ reactors: [Begun, Alone, Beside] })
      const begun = await app.startWorkflow(Begun, null)
      await app.drain()
      const runs = [begun, await app.startWorkflow(Alone, null), await app.startWorkflow(Beside, null)]
      for (const run of runs) await run.cancel()
      // Who asks twice changes nothing.
      for (const run of runs) await run.cancel("again")
      for (let hours = 0; hours < 2; hours += 1) {
        await app.drain()
        await log.clock.advance(HOUR_MS)
      }
      await app.drain()
      deepEqual(did.toSorted(), ["fail", "undo alone", "undo begun", "undo beside"])
      for (const run of runs) equal((await run.wait()).status, "completed")
    })

    it("a run that is cancelled may undo what it did before it ends [S47.e]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const step = durable("step", (name: string) => void did.push(name))
      const Saga = workflow("saga", async (_: null, flow) => {
        await step("book")
        try {
          await flow.sleep(HOUR_MS)
        } catch (error) {
          await step("unbook")
          if (error instanceof WorkflowCancelled) throw error
        }
      })
      const app = await log.app({ reactors: [Saga] })
      const run = await app.startWorkflow(Saga, null)
      await app.drain()
      await run.cancel()
      await app.drain()
      deepEqual([(await run.wait()).status, did], ["cancelled", ["book", "unbook"]])
    })
  })
}
