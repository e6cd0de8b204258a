import { deepEqual, equal, ok } from "node:assert/strict"

import { AppendNext } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { gate } from "../gate.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { running } from "../running.ts"
import { added, ItemAdded, OrderPlaced } from "../shop.ts"

const BUDGET_MS = 1_000
const LEASE_MS = 30_000

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a handler that takes long holds back its own stream only: the rest of its slice is settled and goes on [S41.b lesson 33]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      const handled: string[] = []
      const mixed = recorder("mixed", [ItemAdded], {
        handle: async ({ streamId, version }) => {
          if (streamId === "cart-1" && version === 1) await slow.pass()
          handled.push(`${streamId}:${version}`)
          return AppendNext([OrderPlaced(`order-${streamId}`)])
        },
      })
      const app = await log.app({ reactors: [mixed] })
      const streams = Array.from({ length: 40 }, (_, at) => `cart-${at + 1}`)
      for (const streamId of streams) await app.appendNextToStream(streamId, [added(streamId), added(streamId)])
      const run = running(app, { concurrency: 2 })
      await slow.reached
      await log.clock.advance(BUDGET_MS + 1)
      for (const streamId of streams) await app.dispatch(added(streamId))
      await log.clock.settle()
      await log.clock.advance(BUDGET_MS)
      const others = handled.filter((one) => !one.startsWith("cart-1:"))
      equal(others.length, 39 * 3, "other streams wait for the slow one")
      deepEqual(
        handled.filter((one) => one.startsWith("cart-1:")),
        [],
      )
      slow.open()
      await log.clock.settle()
      await log.clock.advance(BUDGET_MS)
      await run.stop()
      await app.drain()
      deepEqual(
        handled.filter((one) => one.startsWith("cart-1:")),
        ["cart-1:1", "cart-1:2", "cart-1:3"],
      )
      equal((await app.readStream("order-cart-1")).length, 3)
      deepEqual(
        (await app.groups([mixed])).map(({ lag, retrying, parked }) => [lag, retrying, parked]),
        [[0, 0, 0]],
      )
    })

    it("a handler that ends while its slice's settle is under way has its effects stored, once [S41.b lesson 5]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      const connected = await log.connect()
      let settles = 0
      const app = await log.app({
        reactors: [
          recorder("racing", [ItemAdded], {
            handle: async ({ streamId }) => {
              if (streamId === "cart-1") await slow.pass()
              return AppendNext([OrderPlaced(`order-${streamId}`)])
            },
          }),
        ],
        backend: interceptBackend(connected, async ({ method, run }) => {
          if (method !== "settle") return run()
          settles += 1
          if (settles > 1) return run()
          const settled = await run()
          slow.open()
          await log.clock.settle()
          return settled
        }),
      })
      await app.appendToStreams([
        { streamId: "cart-1", messages: [added("cart-1"), added("cart-1")] },
        { streamId: "cart-2", messages: [added("cart-2")] },
      ])
      const draining = app.drain()
      await slow.reached
      await log.clock.advance(BUDGET_MS + 1)
      await draining
      deepEqual([(await app.readStream("order-cart-1")).length, (await app.readStream("order-cart-2")).length], [2, 1])
      deepEqual(
        (await app.groups(["racing"])).map(({ lag }) => lag),
        [0],
      )
    })

    it("retries that all take longer than a slice's budget are settled each in its time [S41.b S43.a]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      let failing = true
      const handled: string[] = []
      const flaky = recorder("flaky", [ItemAdded], {
        handle: async ({ streamId, version }) => {
          if (failing) throw new Error("not yet")
          await slow.pass()
          handled.push(`${streamId}:${version}`)
        },
        errorStrategy: (_error, _message, { now }) => ({ kind: "retry", at: now + 5_000 }),
      })
      const app = await log.app({ reactors: [flaky] })
      for (const streamId of ["cart-1", "cart-2", "cart-3"])
        await app.appendNextToStream(streamId, [added(streamId), added(streamId)])
      await app.drain()
      failing = false
      const run = running(app, { concurrency: 1 })
      await log.clock.advance(5_000)
      await slow.reached
      for (let budget = 0; budget < 5; budget += 1) await log.clock.advance(BUDGET_MS + 1)
      slow.open()
      await log.clock.settle()
      await log.clock.advance(BUDGET_MS)
      await run.stop()
      await app.drain()
      deepEqual(handled.toSorted(), ["cart-1:1", "cart-1:2", "cart-2:1", "cart-2:2", "cart-3:1", "cart-3:2"])
      deepEqual(
        (await app.groups([flaky])).map(({ lag, retrying }) => [lag, retrying]),
        [[0, 0]],
      )
    })

    it("the signal of a handler that was handed over follows its lane: kept while the lane is, aborted when the lane is lost [S41.c lesson 7 lesson 33]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      let early: AbortSignal | undefined
      let late: (() => AbortSignal) | undefined
      const placing = recorder("placing", [ItemAdded], {
        handle: async ({ streamId }, context) => {
          if (streamId === "cart-1") early = context.signal
          else late = () => context.signal
          await slow.pass()
        },
      })
      const app = await log.app({ reactors: [placing] })
      await app.appendToStreams([
        { streamId: "cart-1", messages: [added("cart-1")] },
        { streamId: "cart-2", messages: [added("cart-2")] },
      ])
      const draining = app.drain()
      await slow.reached
      for (let slices = 0; slices < 2; slices += 1) await log.clock.advance(BUDGET_MS + 1)
      equal((await app.lanes()).length, 2, "both are lanes of this worker")
      await log.clock.advance(LEASE_MS * 2)
      deepEqual([early?.aborted, (await app.lanes()).length], [false, 2])
      await app.stopConsumerGroup(placing, "now")
      await log.clock.advance(LEASE_MS)
      deepEqual([early?.aborted, late?.().aborted], [true, true])
      slow.open()
      await draining
    })

    it("the signal of a running handler is aborted when its slice's settle tells that the lease is lost [S41.c lesson 7]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      let seen: AbortSignal | undefined
      const placing = recorder("placing", [ItemAdded], {
        handle: async (_, { signal }) => {
          seen = signal
          await slow.pass()
        },
      })
      const app = await log.app({ reactors: [placing] })
      await app.dispatch(added("cart-1"))
      const draining = app.drain()
      await slow.reached
      await app.stopConsumerGroup(placing, "now")
      await log.clock.advance(BUDGET_MS + 1)
      await draining
      equal(seen?.aborted, true)
      slow.open()
    })

    it("the signal of a running handler is aborted when the settle of its slice stops the group [S42.a lesson 7]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      let seen: AbortSignal | undefined
      const placing = recorder("placing", [ItemAdded], {
        partitionBy: ({ streamId }) => streamId,
        handle: async ({ streamId }, { signal }) => {
          if (streamId === "cart-2") throw new Error("refused")
          seen = signal
          await slow.pass()
        },
      })
      const app = await log.app({ reactors: [placing] })
      await app.dispatch(added("cart-1"))
      await app.dispatch(added("cart-2"))
      const draining = app.drain()
      await slow.reached
      await log.clock.advance(BUDGET_MS + 1)
      await draining
      deepEqual([(await app.groups([placing]))[0]?.status, seen?.aborted], ["stopped", true])
      slow.open()
    })

    it("a stopped group's running handler stores nothing, and its message is handled again once it is started [S34.a lesson 7]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      const placing = recorder("placing", [ItemAdded], {
        handle: async ({ streamId }) => {
          await slow.pass()
          return AppendNext([OrderPlaced(streamId)])
        },
      })
      const app = await log.app({ reactors: [placing] })
      await app.dispatch(added("cart-1"))
      const draining = app.drain()
      await slow.reached
      await app.stopConsumerGroup(placing, "now")
      slow.open()
      await draining
      equal((await app.readStream("cart-1")).length, 1)
      await app.startConsumerGroup(placing)
      await app.drain()
      equal((await app.readStream("cart-1")).length, 2)
      ok(placing.seen.length === 2)
    })

    it("a reset while a handler runs takes nothing of it, and handles everything again exactly once [S24.a lesson 7]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      const placing = recorder("placing", [ItemAdded], {
        handle: async ({ streamId }) => {
          await slow.pass()
          return AppendNext([OrderPlaced(streamId)])
        },
      })
      const app = await log.app({ reactors: [placing] })
      await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1")])
      const draining = app.drain()
      await slow.reached
      await app.resetConsumerGroup(placing)
      slow.open()
      await draining
      await app.drain()
      equal((await app.readStream("cart-1")).filter(({ type }) => type === OrderPlaced.type).length, 2)
      equal((await app.groups([placing]))[0]?.lag, 0)
    })
  })
}
