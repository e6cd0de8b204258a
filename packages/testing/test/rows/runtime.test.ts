import { deepEqual, equal, ok } from "node:assert/strict"

import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { testClock } from "../../src/test-clock.ts"
import { backends } from "../backends.ts"
import { gate } from "../gate.ts"
import { oneOf } from "../one-of.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { running } from "../running.ts"
import { added, ItemAdded, OrderPlaced } from "../shop.ts"
import { turn } from "../turn.ts"

const LEASE_MS = 30_000

/** Resolves when `enough` says so, looking after each message. */
function whenSeen(): { readonly look: () => void; readonly until: (enough: () => boolean) => Promise<void> } {
  let looks: (() => void)[] = []
  return {
    look: () => {
      for (const again of looks.splice(0)) again()
    },
    async until(enough) {
      while (!enough()) await new Promise<void>((resolve) => (looks = [...looks, resolve]))
    },
  }
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("run starts workers that handle what is dispatched, without any poll [S40.a S46.a lesson 44]", async () => {
      const log = await openLog(backend)
      const news = whenSeen()
      const seen = recorder("seen", [ItemAdded], { handle: () => news.look() })
      const app = await log.app({ reactors: [seen] })
      const run = running(app, { concurrency: 2, processName: "worker-1" })
      // The test clock stands still: no poll and no timer can have helped.
      for (let at = 1; at <= 20; at += 1) await app.dispatch(added(`cart-${at % 5}`))
      await news.until(() => seen.seen.length === 20)
      await run.stop()
      equal(seen.seen.length, 20)
    })

    it("with workers: 0 an app dispatches and another app's workers handle [S40.b]", async () => {
      const log = await openLog(backend, { real: true })
      const news = whenSeen()
      const here = recorder("seen", [ItemAdded])
      const there = recorder("seen", [ItemAdded], { handle: () => news.look() })
      const web = await log.app({ reactors: [here] })
      const worker = await log.app({ reactors: [there] })
      running(web, { concurrency: 0 })
      running(worker, { concurrency: 2 })
      for (let at = 1; at <= 5; at += 1) await web.dispatch(added("cart-1"))
      await news.until(() => there.seen.length === 5)
      deepEqual([here.seen.length, there.log()], [0, [1, 2, 3, 4, 5].map((version) => `cart-1:${version}`)])
    })

    it("several processes share the work of a group: each message is handled once, each process handles some [S40.c]", async () => {
      const log = await openLog(backend)
      // Each waits at its first message until the other has one too: whoever is quicker does not do everything.
      const first = ["one", "two"].map(() => gate())
      const both = Promise.all(first.map(({ reached }) => reached))
      const workers = first.map((own) =>
        recorder("seen", [ItemAdded], {
          handle: async () => {
            void own.pass()
            await both
          },
        }),
      )
      const apps = await Promise.all(workers.map((worker) => log.app({ reactors: [worker] })))
      const streams = Array.from({ length: 64 }, (_, at) => `cart-${at}`)
      for (const streamId of streams) await apps[0]?.appendNextToStream(streamId, [added(streamId), added(streamId)])
      await Promise.all(apps.map((app) => app.drain()))
      const all = workers.flatMap((worker) => worker.log())
      deepEqual(all.toSorted(), streams.flatMap((streamId) => [`${streamId}:1`, `${streamId}:2`]).toSorted())
      for (const worker of workers) ok(worker.seen.length > 0, "one process did everything")
    })

    it("SIGTERM stops fetching, lets the running handler finish and gives the leases back [S40.d lesson 39]", async () => {
      const log = await openLog(backend)
      const busy = gate()
      const slow = recorder("seen", [ItemAdded], { handle: () => busy.pass() })
      const app = await log.app({ reactors: [slow] })
      const before = new Set(process.listeners("SIGTERM"))
      const run = running(app, { concurrency: 1 })
      await app.dispatch(added("cart-1"))
      await busy.reached
      for (const listener of process.listeners("SIGTERM")) if (!before.has(listener)) listener("SIGTERM")
      await app.dispatch(added("cart-2"))
      let ended = false
      void run.ended.then(() => (ended = true))
      await log.clock.settle()
      equal(ended, false, "the app ended while its handler ran")
      busy.open()
      await run.ended
      deepEqual(slow.log(), ["cart-1:1"])
      // What was handled is settled, and what was not is free at once: the clock has not moved.
      const next = recorder("seen", [ItemAdded])
      await (await log.app({ reactors: [next] })).drain()
      deepEqual(next.log(), ["cart-2:1"])
    })

    it("a handler that outlasts the drain deadline is aborted, and its message goes to another worker at once [S40.d]", async () => {
      const log = await openLog(backend)
      const busy = gate()
      let aborted = false
      const stuck = recorder("seen", [ItemAdded], {
        handle: async (_, { signal }) => {
          signal.addEventListener("abort", () => (aborted = true))
          await busy.pass()
        },
      })
      const app = await log.app({ reactors: [stuck], limits: { drainMs: 5_000 } })
      const run = running(app, { concurrency: 1 })
      await app.dispatch(added("cart-1"))
      await busy.reached
      const stopping = run.stop()
      await log.clock.advance(5_000)
      await stopping
      equal(aborted, true)
      const next = recorder("seen", [ItemAdded])
      await (await log.app({ reactors: [next] })).drain()
      deepEqual(next.log(), ["cart-1:1"])
      busy.open()
    })

    it("a stream's messages reach a group in order, one at a time, however many workers run [S41.a lesson 43]", async () => {
      const log = await openLog(backend)
      const active = new Map<string, number>()
      let overlaps = 0
      const handle = async ({ streamId }: { readonly streamId: string }): Promise<void> => {
        const now = (active.get(streamId) ?? 0) + 1
        active.set(streamId, now)
        if (now > 1) overlaps += 1
        await turn()
        active.set(streamId, now - 1)
      }
      const order: string[] = []
      const workers = [1, 2, 3].map(() =>
        recorder("seen", [ItemAdded], {
          handle: async (message) => {
            order.push(`${message.streamId}:${message.version}`)
            await handle(message)
          },
        }),
      )
      const apps = await Promise.all(workers.map((worker) => log.app({ reactors: [worker] })))
      const streams = Array.from({ length: 12 }, (_, at) => `cart-${at}`)
      const runs = apps.map((app) => running(app, { concurrency: 3 }))
      // Added in bulk while the workers run.
      for (let round = 0; round < 5; round += 1) {
        await Promise.all(
          streams.map((streamId) =>
            oneOf(apps, round).appendNextToStream(streamId, [added(streamId), added(streamId)]),
          ),
        )
      }
      for (const run of runs) await run.stop()
      await apps[0]?.drain()
      equal(overlaps, 0)
      for (const streamId of streams) {
        const versions = order.filter((one) => one.startsWith(`${streamId}:`))
        deepEqual(
          versions,
          Array.from({ length: 10 }, (_, at) => `${streamId}:${at + 1}`),
        )
      }
    })

    it("different streams run side by side [S41.b]", async () => {
      const log = await openLog(backend)
      const both = gate()
      let waiting = 0
      // Each handler waits for the other: were they run in turn, neither would end.
      const pair = recorder("pair", [ItemAdded], {
        handle: async () => {
          waiting += 1
          if (waiting === 2) both.open()
          await both.pass()
        },
      })
      const app = await log.app({ reactors: [pair] })
      const run = running(app, { concurrency: 4 })
      await app.appendToStreams([
        { streamId: "cart-1", messages: [added("cart-1")] },
        { streamId: "cart-2", messages: [added("cart-2")] },
      ])
      await both.reached
      await both.pass()
      await run.stop()
      equal(pair.seen.length, 2)
    })

    it("a paused worker whose lease was taken over can store nothing when it wakes, nor move the checkpoint back [S41.c lesson 7]", async () => {
      const log = await openLog(backend)
      const asleep = gate()
      const answer = (message: { readonly streamId: string }) =>
        ({ kind: "append-next", messages: [OrderPlaced(message.streamId)] }) as const
      const paused = recorder("placer", [ItemAdded], {
        handle: async (message) => {
          await asleep.pass()
          return answer(message)
        },
      })
      const awake = recorder("placer", [ItemAdded], { handle: answer })
      // Its own clock stands still while the storage's goes on: the process sleeps and extends nothing.
      const sleeper = await log.app({ reactors: [paused], clock: testClock(log.clock.now()) })
      const worker = await log.app({ reactors: [awake] })
      await sleeper.dispatch(added("cart-1"))
      const sleeping = sleeper.drain()
      await asleep.reached
      await log.clock.advance(LEASE_MS + 1)
      await worker.drain()
      deepEqual(awake.log(), ["cart-1:1"])
      await worker.dispatch(added("cart-1"))
      await worker.drain()
      asleep.open()
      await sleeping
      await worker.drain()
      assertMessages(await worker.readStream("cart-1"), [
        added("cart-1"),
        OrderPlaced("cart-1"),
        added("cart-1"),
        OrderPlaced("cart-1"),
      ])
      deepEqual(awake.log(), ["cart-1:1", "cart-1:3"])
      deepEqual(
        (await worker.groups([awake])).map(({ lag, status }) => [lag, status]),
        [[0, "active"]],
      )
    })

    it("a handler slower than the lease keeps it: its process extends it and nobody runs the message again [lesson 33]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      const one = recorder("seen", [ItemAdded], { handle: () => slow.pass() })
      const other = recorder("seen", [ItemAdded])
      const app = await log.app({ reactors: [one] })
      const second = await log.app({ reactors: [other] })
      const run = running(app, { concurrency: 1 })
      await app.dispatch(added("cart-1"))
      await slow.reached
      for (let lease = 0; lease < 5; lease += 1) {
        await log.clock.advance(LEASE_MS)
        await second.drain()
      }
      slow.open()
      await run.stop()
      await second.drain()
      deepEqual([one.log(), other.log()], [["cart-1:1"], []])
    })

    it("drain runs until nothing waits, what handling set off included [S45.a]", async () => {
      const log = await openLog(backend)
      const counter = recorder("counter", [ItemAdded], {
        handle: ({ streamId, version = 0 }) =>
          version < 7 ? { kind: "append-next", messages: [added(streamId)] } : undefined,
      })
      const app = await log.app({ reactors: [counter] })
      await app.dispatch(added("cart-1"))
      await app.drain()
      deepEqual(
        counter.log(),
        [1, 2, 3, 4, 5, 6, 7].map((version) => `cart-1:${version}`),
      )
      await app.drain()
      equal(counter.seen.length, 7)
    })

    it("drain hands out batches as large as production's [S45.b lesson 18]", async () => {
      const log = await openLog(backend)
      const sizes: number[] = []
      const batches = {
        name: "batches",
        handledMessages: [ItemAdded],
        handleBatch: (messages: readonly unknown[]) => {
          sizes.push(messages.length)
          return messages.map(() => undefined)
        },
      }
      const app = await log.app({ reactors: [batches] })
      await app.appendNextToStream(
        "cart-1",
        Array.from({ length: 50 }, () => added("cart-1")),
      )
      await app.drain()
      deepEqual(sizes, [50])
    })
  })
}
