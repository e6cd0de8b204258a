import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { type Backend, BackendError, createApp, ProcessFenced, silentLogger, txToken } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { type Gate, gate } from "../gate.ts"
import { interceptBackend, outages } from "../intercept-backend.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { running } from "../running.ts"
import { added, AddItem, Cart, ItemAdded } from "../shop.ts"
import { turn } from "../turn.ts"

/** Whether a promise ends while the event loop turns and no time passes. */
async function endsByItself(work: Promise<unknown>): Promise<boolean> {
  let ended = false
  const end = (): void => void (ended = true)
  work.then(end, end)
  for (let turns = 0; turns < 200 && !ended; turns += 1) await turn()
  return ended
}

/** A backend whose beats, once joined, wait at a gate. */
const slowBeats = (backend: Backend, slow: Gate): Backend =>
  interceptBackend(backend, async ({ method, args, run }) => {
    const [beat] = args
    if (method === "heartbeat" && typeof beat === "object" && beat !== null && "kind" in beat && beat.kind === "beat")
      await slow.pass()
    return run()
  })

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("closing a running app ends its run [S40.a S40.d]", async () => {
      const log = await openLog(backend)
      const app = await log.app({ reactors: [recorder("items", [ItemAdded])] })
      const run = app.run()
      await log.clock.settle()
      await app.close()
      equal(await endsByItself(run), true, "run goes on after the app was closed")
    })

    it("of two runs begun at once the second is refused, and stopping the first leaves no worker behind [S40.a S40.d]", async () => {
      const log = await openLog(backend)
      const items = recorder("items", [ItemAdded])
      const app = await log.app({ reactors: [items] })
      const first = running(app)
      await rejects(app.run(), /runs already/)
      await first.stop()
      await app.dispatch(added("cart-1"))
      await log.clock.advance(3_000)
      deepEqual(items.log(), [])
    })

    it("an app that is closed while it starts works on nothing afterwards [S40.d lesson 16]", async () => {
      const log = await openLog(backend)
      const items = recorder("items", [ItemAdded])
      const watching = await log.app()
      const app = await log.app({ reactors: [items] })
      const starting = app.start().catch(() => {})
      await app.close()
      await starting
      await watching.dispatch(added("cart-1"))
      await log.clock.advance(3_000)
      deepEqual([items.log(), await watching.processes()], [[], []])
    })

    it("stopping waits for an after-commit hook no longer than its deadline [S40.d]", async () => {
      const log = await openLog(backend)
      const hook = gate()
      const hooked = {
        name: "hooked",
        handledMessages: [ItemAdded],
        handle: () => ({ kind: "after-commit" as const, run: () => hook.pass() }),
      }
      const app = await log.app({ reactors: [hooked] })
      await app.start()
      await app.dispatch(added("cart-1"))
      await log.clock.settle()
      await hook.reached
      const stopping = app.stop({ drainMs: 500 })
      await log.clock.advance(600)
      equal(await endsByItself(stopping), true, "stopping hangs on the hook")
      hook.open()
    })

    it("closing an app waits for a drain's handler no longer than stopping may [S40.d S45.a]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      const stuck = recorder("stuck", [ItemAdded], { handle: () => slow.pass() })
      const app = await log.app({ reactors: [stuck], limits: { drainMs: 500 } })
      await app.dispatch(added("cart-1"))
      const draining = app.drain()
      await slow.reached
      const closing = app.close()
      await log.clock.advance(600)
      equal(await endsByItself(Promise.all([closing, draining])), true, "closing hangs on the drain")
      slow.open()
    })

    it("a schedule that is due and can not be appended does not make the workers ask without pause [S33.b lesson 16]", async () => {
      const log = await openLog(backend)
      let claims = 0
      const app = await log.app({
        reactors: [recorder("items", [ItemAdded])],
        backend: interceptBackend(await log.connect(), ({ method, run }) => {
          if (method === "promote") return Promise.reject(new BackendError("unavailable", "promote: away"))
          if (method === "claim") claims += 1
          return run()
        }),
      })
      await app.scheduleMessages([added("cart-1")], { at: new Date(log.clock.now() + 100) })
      const run = running(app, { concurrency: 1 })
      await log.clock.advance(1_100)
      await run.stop()
      ok(claims < 30, `${claims} claims within a second`)
    })

    it("an app whose name was taken starts afresh when it is run again [S40.a lesson 7 lesson 30]", async () => {
      const log = await openLog(backend)
      const items = recorder("items", [ItemAdded])
      const storage = outages(await log.connect())
      const app = await log.app({ reactors: [items], backend: storage.backend, processName: "one" })
      const first = app.run().catch((error: unknown) => error)
      await log.clock.settle()
      storage.away = true
      const newcomer = await log.app({ processName: "one" })
      const taking = newcomer.start({ concurrency: 0 })
      await log.clock.advance(2_000)
      await taking
      storage.away = false
      await log.clock.advance(6_000)
      equal(await endsByItself(first), true, "the first run goes on though its name was taken")
      ok((await first) instanceof ProcessFenced)
      await newcomer.stop()
      const second = running(app)
      await app.dispatch(added("cart-1"))
      await log.clock.advance(3_000)
      deepEqual(items.log(), ["cart-1:1"])
      equal(await endsByItself(second.ended), false, "the second run ended by itself")
      await second.stop()
    })

    it("a heartbeat that is under way while its app stops does not bring the process back [S40.d lesson 8]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      const app = await log.app({ backend: slowBeats(await log.connect(), slow) })
      await app.start()
      await log.clock.advance(5_000)
      await slow.reached
      const stopping = app.stop()
      for (let turns = 0; turns < 50; turns += 1) await turn()
      slow.open()
      await stopping
      await log.clock.settle()
      deepEqual(await app.processes(), [])
    })

    it("stopping waits for a heartbeat that gets no answer no longer than a second [S40.d lesson 16]", async () => {
      const log = await openLog(backend)
      const slow = gate()
      const app = await log.app({ backend: slowBeats(await log.connect(), slow) })
      await app.start()
      await log.clock.advance(5_000)
      await slow.reached
      const stopping = app.stop()
      await log.clock.advance(1_000)
      equal(await endsByItself(stopping), true, "stopping hangs on the heartbeat")
      slow.open()
    })

    it("reactors that can not all be registered leave nothing behind, and their names free [S40.b lesson 16]", async () => {
      const log = await openLog(backend)
      const storage = outages(await log.connect())
      const app = await log.app({ backend: storage.backend })
      const items = recorder("items", [ItemAdded])
      const foreign = recorder("foreign", [ItemAdded], { tx: txToken("elsewhere") })
      await rejects(app.register(items, foreign), { name: "StorageLacksTx" })
      storage.away = true
      await rejects(app.register(items, Cart), { code: "unavailable" })
      storage.away = false
      await app.dispatch(added("cart-1"))
      await app.drain()
      deepEqual(items.log(), [])
      await app.register(items, Cart, recorder("foreign", [ItemAdded]))
      await app.executeOn(Cart, AddItem("cart-1", { productId: "p", quantity: 1 }))
      await app.drain()
      deepEqual(items.log(), ["cart-1:1", "cart-1:2"])
    })

    it("an app whose storage is away still closes [S40.d lesson 16]", async () => {
      const log = await openLog(backend)
      const storage = outages(await log.connect())
      const app = await log.app({ reactors: [recorder("items", [ItemAdded])], backend: storage.backend })
      await app.start()
      storage.away = true
      equal(await app.close(), undefined)
    })

    it("an app that could not be made leaves no timer behind [lesson 16]", async () => {
      const log = await openLog(backend)
      const reactors = [recorder("same", [ItemAdded]), recorder("same", [ItemAdded])]
      const { clock } = log
      await rejects(createApp({ backend: await log.connect(), clock, logger: silentLogger, reactors }), /same/)
      equal(clock.nextTimerAt(), undefined)
    })

    it("a started process whose name another has taken works no more [lesson 7 lesson 30]", async () => {
      const log = await openLog(backend)
      const items = recorder("items", [ItemAdded])
      const storage = outages(await log.connect())
      const app = await log.app({ reactors: [items], backend: storage.backend, processName: "one" })
      const watching = await log.app()
      await app.start()
      await log.clock.settle()
      storage.away = true
      const newcomer = await log.app({ processName: "one" })
      const taking = newcomer.start({ concurrency: 0 })
      await log.clock.advance(2_000)
      await taking
      storage.away = false
      await log.clock.advance(6_000)
      await watching.dispatch(added("cart-1"))
      await log.clock.advance(3_000)
      deepEqual(items.log(), [])
    })
  })
}
