import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict"
import { hostname } from "node:os"

import { createBus, FiredTooLate, ListenerFailed, OnError } from "@millrace/bus"
import { DefinitionError, type Logger, silentLogger } from "@millrace/core"
import { describe, it, onTestFinished } from "vitest"

import { backends } from "../backends.ts"
import { mortal } from "../intercept-backend.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { travelUntil } from "../travel-until.ts"
import { watched } from "../watched.ts"
import { Auth } from "./apis.ts"
import { listenLoosely } from "./loosely.ts"
import { openBus } from "./open-bus.ts"

const EVE = { username: "eve" }
const OTHERS = ["ann", "ben", "cem", "dee"]

/** These say themselves what went wrong; a machine that has other things to do may take its time. */
const PATIENCE_MS = 120_000

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("hooks run around start, stop, sending and handling [L10.a]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "accounts", apis: [Auth] })
      const seen: string[] = []
      bus.onStart(() => {
        seen.push("start")
        bus.auth.userDeleted.listen(() => void seen.push("handled"), { listenerName: "deleted" })
      })
      bus.onStop(() => void seen.push("stop"))
      bus.beforeSent(({ type }) => void seen.push(`before sent ${type}`))
      bus.afterSent(({ type }) => void seen.push(`after sent ${type}`))
      bus.beforeHandled(({ type }, { group }) => void seen.push(`before handled ${type} by ${group}`))
      bus.afterHandled(({ type }) => void seen.push(`after handled ${type}`))
      await bus.auth.userDeleted.fire(EVE)
      await bus.start()
      await bus.drain()
      await bus.stop()
      deepEqual(seen, [
        "before sent auth.user_deleted",
        "after sent auth.user_deleted",
        "start",
        "before handled auth.user_deleted by accounts-deleted",
        "handled",
        "after handled auth.user_deleted",
        "stop",
      ])
    })

    it("a hook that throws before sending keeps the event from being stored [L10.a]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "accounts", apis: [Auth] })
      bus.beforeSent(() => {
        throw new Error("not today")
      })
      await rejects(bus.auth.userDeleted.fire(EVE), /not today/)
      deepEqual(await bus.app.readStream("auth"), [])
    })

    it("a background task runs until the service stops, and one that fails shuts it down [L10.b]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "accounts", apis: [Auth] })
      const ended = Promise.withResolvers<string>()
      bus.background(
        (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(ended.resolve("ended")))),
        { name: "waits" },
      )
      await bus.start()
      await bus.stop()
      equal(await ended.promise, "ended")

      const failing = await openBus(log, { service: "reports", processName: "p2" })
      failing.background(() => Promise.reject(new Error("boom")), { name: "fails" })
      await rejects(travelUntil(log.clock, failing.run()), ListenerFailed)
    })

    it("every runs once per tick across processes, durably [L10.c]", async () => {
      const log = await openLog(backend)
      const ticks: string[] = []
      const busOf = async (processName: string) => {
        const bus = await openBus(log, { service: "reports", processName })
        bus.every("5m", (tick) => void ticks.push(tick.toISOString()), { name: "totals" })
        await bus.drain()
        return bus
      }
      const [one, two] = [await busOf("p1"), await busOf("p2")]
      const expected: string[] = []
      for (let n = 0; n < 3; n += 1) {
        const at = (Math.floor(log.clock.now() / 300_000) + 1) * 300_000
        expected.push(new Date(at).toISOString())
        await log.clock.advance(at - log.clock.now())
        await Promise.all([one.drain(), two.drain()])
      }
      deepEqual(ticks, expected)
      await log.clock.advance(3_600_000)
      await two.drain()
      equal(ticks.length, 4)
      equal((await two.app.scheduled()).length, 1)
    })

    it("a task of every that fails runs again at the next tick [L10.c]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "reports" })
      let runs = 0
      bus.every(
        60_000,
        () => {
          runs += 1
          throw new Error("boom")
        },
        { name: "fails" },
      )
      await bus.drain()
      for (let n = 0; n < 3; n += 1) {
        await log.clock.advance(60_000)
        await bus.drain()
      }
      equal(runs, 3)
    })

    it("an event fired after its handler returned is refused [L5.b]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "accounts", apis: [Auth] })
      const later = Promise.withResolvers<void>()
      let late: Promise<void> = Promise.resolve()
      bus.auth.userDeleted.listen(
        ({ username }) => {
          late = later.promise.then(() => bus.auth.userCreated.fire({ username, email: "e" }))
          late.catch(() => {})
        },
        { listenerName: "deleted" },
      )
      await bus.auth.userDeleted.fire(EVE)
      await bus.drain()
      later.resolve()
      await rejects(late, FiredTooLate)
    })

    it("a listener given while the service works is refused [L2.a]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "accounts", apis: [Auth] })
      await bus.drain()
      throws(() => bus.auth.userDeleted.listen(() => {}, { listenerName: "late" }), /too late/)
    })

    it(
      "a restarted process of the same name gets its unfinished event at once, though two busy others look before it does [L4.b lesson 46]",
      async () => {
        const log = await openLog(backend)
        const handled: string[] = []
        const { die } = await dieHandlingEve(log)
        const done = Promise.withResolvers<number>()
        const handle = (username: string, processName: string): void => {
          handled.push(`${username} by ${processName}`)
          if (username === EVE.username) done.resolve(log.clock.now())
        }
        let over = false
        const rivals = await Promise.all(
          ["worker2", "worker3"].map(async (processName) => {
            const rival = watched(await log.connect(), log.clock)
            const bus = await openBus(log, { ...MAILER, processName, backend: rival.backend })
            bus.auth.userDeleted.listen(
              async ({ username }) => {
                handle(username, processName)
                await new Promise<void>((resolve) => log.clock.setTimer(400, resolve))
                // Each event leads to the next: there is always something else to do.
                if (!over) await bus.auth.userDeleted.fire({ username }, { key: username })
              },
              { listenerName: "deleted" },
            )
            await bus.start()
            return { ...rival, bus }
          }),
        )
        const leaseEnds = die()
        const web = await openBus(log, { ...MAILER, processName: "web" })
        for (const username of OTHERS) await web.auth.userDeleted.fire({ username }, { key: username })

        const own = watched(await log.connect(), log.clock)
        const bus = await openBus(log, { ...MAILER, processName: "worker1", backend: own.backend })
        bus.auth.userDeleted.listen(({ username }) => handle(username, "worker1"), { listenerName: "deleted" })
        own.holdClaims()
        await travelUntil(log.clock, bus.start())
        await travelUntil(log.clock, Promise.all(rivals.map((rival) => rival.looked(2))))
        const before = handled.length
        own.letClaim()
        const at = await travelUntil(log.clock, done.promise)
        over = true
        await travelUntil(log.clock, Promise.all(rivals.map((rival) => rival.bus.stop())))
        deepEqual(
          handled.filter((one) => one.startsWith(EVE.username)),
          ["eve by worker1"],
        )
        ok(at < leaseEnds, "at once, and not when its lease would have ended")
        const [first] = handled.slice(before).filter((one) => one.endsWith("by worker1"))
        equal(first, "eve by worker1", "before anything else")
      },
      PATIENCE_MS,
    )

    it(
      "others get what a process had in hand when its lease would have ended and not before, whether its name is back or not [L4.b L4.c lesson 46]",
      async () => {
        for (const isBack of [true, false]) {
          const log = await openLog(backend)
          const { die } = await dieHandlingEve(log)
          const done = Promise.withResolvers<number>()
          const rivals = ["worker2", "worker3"].map(async (processName) => {
            const bus = await openBus(log, { ...MAILER, processName })
            bus.auth.userDeleted.listen(() => done.resolve(log.clock.now()), { listenerName: "deleted" })
            await bus.start()
          })
          await Promise.all(rivals)
          const leaseEnds = die()
          if (isBack) {
            // The name is back, and has another listener now: it never asks for what is reserved for it.
            const bus = await openBus(log, { ...MAILER, processName: "worker1" })
            bus.auth.userCreated.listen(() => {}, { listenerName: "created" })
            await travelUntil(log.clock, bus.start())
          }
          const at = await travelUntil(log.clock, done.promise)
          ok(at >= leaseEnds, `handled ${leaseEnds - at} ms too early, name ${isBack ? "back" : "gone"}`)
        }
      },
      PATIENCE_MS,
    )

    it("a name that passes with the process is random, four characters long, and warned of [L4.a]", async () => {
      const log = await openLog(backend)
      const warned: string[] = []
      const logger: Logger = { ...silentLogger, warn: (_facts, text) => void warned.push(text) }
      const bus = await createBus({ service: "mailer", backend: await log.connect(), logger, clock: log.clock })
      onTestFinished(() => bus.close())
      match(bus.processName, /^[0-9a-f]{4}$/)
      match(warned.join("\n"), /acknowledgement timeout/)
    })
  })
}

/** A service of which several processes compete. */
const MAILER = { service: "mailer", apis: [Auth], acknowledgementTimeoutMs: 20_000 } as const

/** Starts `worker1`, which has an event in hand for ever. Then it can die: nothing that it does is heard any more. Answers when its lease ends. */
async function dieHandlingEve(log: TestLog): Promise<{ readonly die: () => number }> {
  const { backend, leaseEnds } = watched(await log.connect(), log.clock)
  const process = mortal(backend)
  const bus = await openBus(log, { ...MAILER, processName: "worker1", backend: process.backend, unclosed: true })
  const handling = Promise.withResolvers<void>()
  bus.auth.userDeleted.listen(
    () => {
      handling.resolve()
      return new Promise(() => {})
    },
    { listenerName: "deleted" },
  )
  await bus.auth.userDeleted.fire(EVE, { key: EVE.username })
  await bus.start()
  await travelUntil(log.clock, handling.promise)
  return {
    die() {
      process.kill()
      return leaseEnds()
    },
  }
}

describe("the bus", () => {
  it("fills the placeholders of a process name, and refuses others [L4.d]", async () => {
    const named = await createBus({
      service: "mailer",
      processName: "{service_name}-{hostname}-{pid}",
      logger: silentLogger,
    })
    onTestFinished(() => named.close())
    equal(named.processName, `mailer-${hostname()}-${process.pid}`)
    await rejects(createBus({ service: "mailer", processName: "{host}", logger: silentLogger }), DefinitionError)
  })

  it("refuses a listener without a name [L3.d]", async () => {
    const bus = await createBus({ service: "mailer", apis: [Auth], processName: "p1", logger: silentLogger })
    onTestFinished(() => bus.close())
    throws(() => listenLoosely(bus.auth.userDeleted, () => {}), /has no listenerName/)
    throws(() => listenLoosely(bus.auth.userDeleted, () => {}, { onError: OnError.PARK }), /has no listenerName/)
  })
})
