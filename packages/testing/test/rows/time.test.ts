import { deepEqual, equal } from "node:assert/strict"

import { describe, it } from "vitest"

import { testClock } from "../../src/test-clock.ts"
import { backends } from "../backends.ts"
import { mortal } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { running } from "../running.ts"
import { added, ItemAdded } from "../shop.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a running app delivers a schedule at its very millisecond, no poll being its ceiling [S33.b S53.b lesson 44]", async () => {
      const log = await openLog(backend)
      const at: number[] = []
      const seen = recorder("seen", [ItemAdded], { handle: () => void at.push(log.clock.now()) })
      const app = await log.app({ reactors: [seen] })
      running(app, { concurrency: 1 })
      await log.clock.settle()
      const due = log.clock.now() + 1_234
      await app.scheduleMessages([added("cart-1")], { at: new Date(due) })
      await log.clock.settle()
      await log.clock.advance(1_233)
      deepEqual(at, [])
      await log.clock.advance(1)
      deepEqual(at, [due])
    })

    it("a schedule that is earlier than the one waited for is delivered at its own time [S33.b]", async () => {
      const log = await openLog(backend)
      const at: string[] = []
      const start = log.clock.now()
      const seen = recorder("seen", [ItemAdded], {
        handle: ({ streamId }) => void at.push(`${streamId} after ${log.clock.now() - start} ms`),
      })
      const app = await log.app({ reactors: [seen] })
      running(app, { concurrency: 1 })
      await app.scheduleMessages([added("cart-1")], { at: new Date(start + 600_000) })
      await log.clock.settle()
      await app.scheduleMessages([added("cart-2")], { at: new Date(start + 777) })
      await log.clock.settle()
      await log.clock.advance(600_000)
      deepEqual(at, ["cart-2 after 777 ms", "cart-1 after 600000 ms"])
    })

    it("a schedule months ahead, further than a timer of the platform reaches, is delivered then [S33.b S53.b]", async () => {
      const log = await openLog(backend)
      const app = await log.app()
      const due = log.clock.now() + 40 * 24 * 3_600_000
      await app.scheduleMessages([added("cart-1")], { at: new Date(due) })
      await log.clock.jump(due - 1 - log.clock.now())
      await app.drain()
      equal((await app.readStream("cart-1")).length, 0)
      await log.clock.advance(1)
      await app.drain()
      equal((await app.readStream("cart-1")).length, 1)
    })

    it("time travels for retries: each comes when its time has come and not before [S53.b S42.d]", async () => {
      const log = await openLog(backend)
      const start = log.clock.now()
      const tries: number[] = []
      const flaky = recorder("flaky", [ItemAdded], {
        handle: () => {
          tries.push(log.clock.now() - start)
          if (tries.length < 4) throw new Error("not yet")
        },
        errorStrategy: (_error, _message, { attempt, now }) => ({ kind: "retry", at: now + 1_000 * 2 ** attempt }),
      })
      const app = await log.app({ reactors: [flaky] })
      running(app, { concurrency: 1 })
      await app.dispatch(added("cart-1"))
      await log.clock.settle()
      await log.clock.advance(60_000)
      deepEqual(tries, [0, 2_000, 6_000, 14_000])
    })

    it("time travels for leases: what a vanished worker held is taken over when its lease has ended and not before [S53.b lesson 46]", async () => {
      const log = await openLog(backend)
      const process = mortal(await log.connect())
      const doomed = recorder("seen", [ItemAdded], { handle: () => new Promise<void>(() => {}) })
      const dying = await log.app({
        reactors: [doomed],
        backend: process.backend,
        unclosed: true,
        clock: testClock(log.clock.now()),
        limits: { leaseMs: 10_000 },
      })
      await dying.dispatch(added("cart-1"))
      void dying.drain()
      await log.clock.settle()
      process.kill()
      const next = recorder("seen", [ItemAdded])
      const worker = await log.app({ reactors: [next] })
      await log.clock.advance(9_999)
      await worker.drain()
      equal(next.seen.length, 0)
      await log.clock.advance(2)
      await worker.drain()
      equal(next.seen.length, 1)
    })
  })
}
