import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { WorkerDied } from "@millrace/core"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { testClock } from "../../src/test-clock.ts"
import { backends } from "../backends.ts"
import { interceptBackend, losingAnswers, mortal, outages } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { quantityOf } from "../quantity-of.ts"
import { recorder } from "../recorder.ts"
import { running } from "../running.ts"
import { added, AddItem, Cart, ItemAdded, OrderPlaced } from "../shop.ts"
import { travelUntil } from "../travel-until.ts"

const LEASE_MS = 30_000
const forever = () => new Promise<void>(() => {})

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("what a worker held that died before its first heartbeat is free when its short lease ends [lesson 8 lesson 46]", async () => {
      const log = await openLog(backend)
      const process = mortal(await log.connect())
      const doomed = recorder("seen", [ItemAdded], { handle: forever })
      const dying = await log.app({
        reactors: [doomed],
        backend: process.backend,
        unclosed: true,
        clock: testClock(log.clock.now()),
      })
      await dying.dispatch(added("cart-1"))
      void dying.drain()
      await log.clock.settle()
      equal(doomed.seen.length, 1)
      process.kill()
      const next = recorder("seen", [ItemAdded])
      const worker = await log.app({ reactors: [next] })
      await worker.drain()
      deepEqual(next.log(), [])
      await log.clock.advance(LEASE_MS + 1)
      await worker.drain()
      deepEqual(next.log(), ["cart-1:1"])
    })

    it("a message at which workers die one after another counts as failed, and its stream alone waits for a person [lesson 34]", async () => {
      const log = await openLog(backend)
      const deadly = (): Promise<void> | void => forever()
      for (const processName of ["first", "second"]) {
        const process = mortal(await log.connect())
        const doomed = recorder("seen", [ItemAdded], { handle: deadly })
        const dying = await log.app({ reactors: [doomed], backend: process.backend, processName, unclosed: true })
        if (processName === "first") await dying.dispatch(added("cart-1"))
        void dying.drain()
        await log.clock.settle()
        equal(doomed.seen.length, 1)
        process.kill()
        await log.clock.advance(LEASE_MS * 2 + 1)
      }
      const codes: unknown[] = []
      const survivor = recorder("seen", [ItemAdded], {
        handle: ({ streamId }) => (streamId === "cart-1" ? deadly() : undefined),
        errorStrategy(error) {
          codes.push(error instanceof WorkerDied ? error.code : error)
          return { kind: "park" }
        },
      })
      const app = await log.app({ reactors: [survivor], limits: { maxTakeovers: 2 } })
      await app.drain()
      deepEqual(codes, ["worker-died"])
      deepEqual(survivor.log(), [])
      await app.dispatch(added("cart-2"))
      await app.drain()
      deepEqual(survivor.log(), ["cart-2:1"])
      const [letter] = await app.deadLetters()
      equal(letter?.key, "cart-1")
    })

    it("two starts of one program never share an owner, though name and process id are the same [lesson 8]", async () => {
      const log = await openLog(backend)
      const owners: unknown[] = []
      for (let start = 0; start < 2; start += 1) {
        const connected = interceptBackend(await log.connect(), ({ method, args, run }) => {
          if (method === "claim") owners.push(args[0])
          return run()
        })
        const app = await log.app({
          reactors: [recorder("seen", [ItemAdded])],
          backend: connected,
          processName: "worker-1",
        })
        await app.drain()
      }
      const bootIds = owners.map((request) => bootIdOf(request))
      ok(bootIds.every((bootId) => bootId !== ""))
      equal(new Set(bootIds).size, 2)
    })

    it("a restarted process of the same name gets a dead one's work at once, another name within the lease [lesson 30 lesson 46]", async () => {
      const log = await openLog(backend)
      const process = mortal(await log.connect())
      const doomed = recorder("seen", [ItemAdded], { handle: forever })
      const dying = await log.app({ reactors: [doomed], backend: process.backend, unclosed: true })
      void dying.run({ processName: "worker-1", concurrency: 1 })
      await log.clock.settle()
      await dying.dispatch(added("cart-1"))
      await log.clock.settle()
      equal(doomed.seen.length, 1)
      process.kill()
      const next = recorder("seen", [ItemAdded])
      const restarted = await log.app({ reactors: [next] })
      const run = running(restarted, { processName: "worker-1", concurrency: 1 })
      await log.clock.advance(1_500)
      deepEqual(next.log(), ["cart-1:1"])
      await run.stop()
    })

    it("a process whose name is answered for is refused [lesson 30]", async () => {
      // On the machine's clock: the challenge and its answer travel through the real storage.
      const log = await openLog(backend, { real: true })
      const first = await log.app({ reactors: [recorder("seen", [ItemAdded])] })
      await first.start({ processName: "worker-1" })
      const second = await log.app({ reactors: [recorder("seen", [ItemAdded])] })
      await rejects(second.run({ processName: "worker-1" }), /worker-1 is in use/)
      await first.stop()
    })

    it("an append whose answer was lost is repeated as it is: written once, and reported as written [lesson 29]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Cart], backend: losingAnswers(await log.connect(), ["append"], 2) })
      await travelUntil(log.clock, app.dispatch(added("cart-1")))
      equal((await app.readStream("cart-1")).length, 1)
    })

    it("execute whose append's answer was lost does not decide against its own events [lesson 29]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [Cart], backend: losingAnswers(await log.connect(), ["append"], 1) })
      const executing = app.execute(AddItem("cart-1", { productId: "p", quantity: 1 }))
      equal((await travelUntil(log.clock, executing)).version, 1)
      assertMessages(await app.readStream("cart-1"), [added("cart-1")])
    })

    it("a settle whose answer was lost is repeated without writing twice [lesson 29]", async () => {
      const log = await openLog(backend)
      const placer = recorder("placer", [ItemAdded], {
        handle: ({ streamId }) => ({ kind: "append-next", messages: [OrderPlaced(streamId)] }),
      })
      const app = await log.app({ reactors: [placer], backend: losingAnswers(await log.connect(), ["settle"], 2) })
      await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1")])
      await travelUntil(log.clock, app.drain())
      equal((await app.readStream("cart-1")).filter(({ type }) => type === OrderPlaced.type).length, 2)
      deepEqual([placer.seen.length, (await app.groups([placer]))[0]?.lag], [2, 0])
    })

    it("workers, timer and beats survive an outage of the storage and go on when it is back [lesson 16]", async () => {
      const log = await openLog(backend)
      const storage = outages(await log.connect())
      const seen = recorder("seen", [ItemAdded])
      const app = await log.app({ reactors: [seen], backend: storage.backend })
      const run = running(app, { concurrency: 2, processName: "worker-1" })
      let ended = false
      void run.ended.then(() => (ended = true))
      await app.dispatch(added("cart-1"))
      await app.scheduleMessages([added("cart-1", 7)], { at: new Date(log.clock.now() + 30_000) })
      await log.clock.settle()
      storage.away = true
      for (let second = 0; second < 60; second += 5) await log.clock.advance(5_000)
      equal(ended, false)
      storage.away = false
      const writer = await log.app()
      await writer.dispatch(added("cart-1"))
      await travelUntil(log.clock, seen.reached(3))
      deepEqual(seen.log(), ["cart-1:1", "cart-1:2", "cart-1:3"])
      await run.stop()
    })

    it("a message whose worker was killed in the middle is handled once in effect [lesson 7 lesson 46]", async () => {
      const log = await openLog(backend)
      const writer = await log.app()
      for (let at = 0; at < 30; at += 1) await writer.dispatch(added(`cart-${at % 6}`, at))
      // Each worker dies while it settles for the third time; what it had settled stays, the rest goes to the next.
      for (let worker = 0; worker < 4; worker += 1) {
        let settles = 0
        const connected = await log.connect()
        const process = mortal(
          interceptBackend(connected, ({ method, run }) => {
            if (method === "settle" && (settles += 1) === 3) process.kill()
            return run()
          }),
        )
        const copier = recorder("copier", [ItemAdded], {
          handle: ({ streamId, payload }) => ({
            kind: "append-next",
            messages: [AddItem(`copy-${streamId}`, { productId: "p", quantity: quantityOf(payload) })],
          }),
        })
        const app = await log.app({
          reactors: [copier],
          backend: process.backend,
          unclosed: true,
          clock: testClock(log.clock.now()),
        })
        void app.drain()
        await log.clock.settle()
        await log.clock.jump(20 * LEASE_MS)
      }
      const last = await log.app({
        reactors: [
          recorder("copier", [ItemAdded], {
            handle: ({ streamId, payload }) => ({
              kind: "append-next",
              messages: [AddItem(`copy-${streamId}`, { productId: "p", quantity: quantityOf(payload) })],
            }),
          }),
        ],
      })
      await last.drain()
      for (let cart = 0; cart < 6; cart += 1) {
        const copies = await last.readStream(`copy-cart-${cart}`, { include: "commands" })
        deepEqual(
          copies.map(({ payload }) => quantityOf(payload)),
          [0, 1, 2, 3, 4].map((round) => cart + 6 * round),
        )
      }
    })

    it("a group that waits for something to do asks at the pace of its poll, and each time once [lesson 20]", async () => {
      const log = await openLog(backend)
      const calls: string[] = []
      const connected = await log.connect()
      const counted = interceptBackend(connected, ({ method, run }) => {
        calls.push(method)
        return run()
      })
      const groups = Array.from({ length: 10 }, (_, at) => recorder(`group-${at}`, [ItemAdded]))
      const app = await log.app({ reactors: groups, backend: counted })
      const { maxBatch } = connected.capabilities
      for (let left = 2_000; left > 0; left -= maxBatch)
        await app.appendNextToStream(
          "cart-1",
          Array.from({ length: Math.min(left, maxBatch) }, () => added("cart-1")),
        )
      await app.drain()
      const run = running(app, { concurrency: 4 })
      await log.clock.settle()
      calls.length = 0
      await log.clock.advance(10_000)
      await run.stop()
      const claims = calls.filter((method) => method === "claim").length
      // Ten polls of one statement each for all ten groups; a worker that looks may wake another one once.
      ok(claims <= 22, `${claims} claims in 10 s of idleness`)
      equal(calls.filter((method) => method === "read").length, 0)
    })

    it("looking for work takes as many calls on a long settled log as on a short one, and reads nothing of it [lesson 20]", async () => {
      const looks: (readonly string[])[] = []
      for (const length of [200, 2_000]) {
        const log = await openLog(backend)
        const calls: string[] = []
        const counted = interceptBackend(await log.connect(), ({ method, run }) => {
          calls.push(method)
          return run()
        })
        const app = await log.app({ reactors: [recorder("seen", [ItemAdded])], backend: counted })
        const batch = Array.from({ length: 200 }, (_, at) => ({
          streamId: `cart-${at}`,
          messages: [added(`cart-${at}`)],
        }))
        for (let done = 0; done < length; done += batch.length) {
          await app.appendToStreams(batch.map(({ streamId }) => ({ streamId, messages: [added(streamId)] })))
        }
        await app.drain()
        calls.length = 0
        for (let look = 0; look < 50; look += 1) await app.drain()
        looks.push(calls)
      }
      const [short = [], long = []] = looks
      ok(short.length >= 50, `${short.length} calls for 50 looks`)
      deepEqual(long, short)
      ok(!long.includes("read"), "a look reads messages that are settled")
    })
  })
}

function bootIdOf(request: unknown): string {
  if (typeof request !== "object" || request === null || !("owner" in request)) return ""
  const { owner } = request
  return typeof owner === "object" && owner !== null && "bootId" in owner ? String(owner.bootId) : ""
}
