import { deepEqual, equal, match, ok, rejects } from "node:assert/strict"

import { api, InvalidEvent, ListenerFailed, OnError, type OnErrorChoice } from "@millrace/bus"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { travelUntil } from "../travel-until.ts"
import { openBus } from "./open-bus.ts"

const Auth = api("auth", { userCreated: { username: Schema.String } })
/** The same event as another release of the service defines it. */
const Older = api("auth", { userCreated: { user: Schema.String } })

type Mailer = Awaited<ReturnType<typeof mailerOn>>

function mailerOn(log: TestLog) {
  return openBus(log, { service: "mailer", uses: [Auth], acknowledgementTimeoutMs: 60_000 })
}

const OPTIONS = { listenerName: "welcome" } as const

/** Every way in which a listener can fail. */
const PATHS: readonly {
  readonly path: string
  readonly arrange: (bus: Mailer, onError: OnErrorChoice) => void
  readonly older?: true
}[] = [
  {
    path: "a sync handler",
    arrange: (bus, onError) => bus.auth.userCreated.listen(fails, { ...OPTIONS, onError }),
  },
  {
    path: "an async handler",
    arrange: (bus, onError) =>
      bus.auth.userCreated.listen(async () => Promise.reject(new Error("boom")), { ...OPTIONS, onError }),
  },
  {
    path: "a hook before",
    arrange(bus, onError) {
      bus.beforeHandled(fails)
      bus.auth.userCreated.listen(() => {}, { ...OPTIONS, onError })
    },
  },
  {
    path: "a hook after",
    arrange(bus, onError) {
      bus.afterHandled(fails)
      bus.auth.userCreated.listen(() => {}, { ...OPTIONS, onError })
    },
  },
  {
    path: "incoming validation",
    older: true,
    arrange: (bus, onError) => bus.auth.userCreated.listen(() => {}, { ...OPTIONS, onError }),
  },
]

function fails(): void {
  throw new Error("boom")
}

async function fireOne(log: TestLog, older: boolean): Promise<void> {
  if (older) {
    const bus = await openBus(log, { service: "accounts", apis: [Older], processName: "a1" })
    await bus.auth.userCreated.fire({ user: "adam" })
  } else {
    const bus = await openBus(log, { service: "accounts", apis: [Auth], processName: "a1" })
    await bus.auth.userCreated.fire({ username: "adam" })
  }
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    for (const { path, arrange, older = false } of PATHS) {
      it(`OnError.SHUTDOWN stops the service when ${path} fails, and the event stays pending [L6.a L6.d lesson 31 lesson 34]`, async () => {
        const log = await openLog(backend)
        await fireOne(log, older)
        const bus = await mailerOn(log)
        arrange(bus, OnError.SHUTDOWN)
        await rejects(travelUntil(log.clock, bus.run()), (error) => {
          ok(error instanceof ListenerFailed)
          equal(error.cause instanceof InvalidEvent, older)
          return true
        })
        const [group] = await bus.app.groups(["mailer-welcome"])
        deepEqual([group?.lag, group?.parked, group?.status], [1, 0, "active"])
      })

      it(`OnError.ACKNOWLEDGE_AND_LOG goes on when ${path} fails [L6.c L6.d lesson 31]`, async () => {
        const log = await openLog(backend)
        await fireOne(log, older)
        const bus = await mailerOn(log)
        arrange(bus, OnError.ACKNOWLEDGE_AND_LOG)
        await bus.drain()
        const [group] = await bus.app.groups(["mailer-welcome"])
        deepEqual([group?.lag, group?.parked, group?.status, bus.failed], [0, 0, "active", undefined])
      })
    }

    it("an event that shut the service down three times is parked and listed, and the next start works [L6.b lesson 34]", async () => {
      const log = await openLog(backend)
      await fireOne(log, false)
      for (const start of [1, 2, 3]) {
        const bus = await mailerOn(log)
        bus.auth.userCreated.listen(fails, OPTIONS)
        await rejects(travelUntil(log.clock, bus.run()), ListenerFailed, `start ${start}`)
        await bus.close()
      }
      const last = await mailerOn(log)
      last.auth.userCreated.listen(fails, OPTIONS)
      await last.drain()
      const letters = await last.app.deadLetters()
      deepEqual(
        letters.map(({ group, key, failures }) => [group, key, failures]),
        [["mailer-welcome", "auth", 3]],
      )
      match(letters[0]?.error ?? "", /boom/)
    })

    it("an event that shut the service down is tried again after the acknowledgement timeout [L6.a]", async () => {
      const log = await openLog(backend)
      await fireOne(log, false)
      const first = await mailerOn(log)
      first.auth.userCreated.listen(fails, OPTIONS)
      await rejects(travelUntil(log.clock, first.run()), ListenerFailed)
      await first.close()
      const second = await mailerOn(log)
      const heard: number[] = []
      second.auth.userCreated.listen((_payload, _message, { attempt }) => void heard.push(attempt), OPTIONS)
      await second.drain()
      deepEqual(heard, [])
      await log.clock.advance(60_000)
      await second.drain()
      deepEqual(heard, [2])
    })

    it("OnError.PARK sets the stream aside, OnError.retry tries again first [L6.e]", async () => {
      const log = await openLog(backend)
      await fireOne(log, false)
      const bus = await mailerOn(log)
      let tries = 0
      const failing = (): void => {
        tries += 1
        fails()
      }
      bus.auth.userCreated.listen(fails, { listenerName: "parks", onError: OnError.PARK })
      bus.auth.userCreated.listen(failing, {
        listenerName: "retries",
        onError: OnError.retry({ times: 2, afterMs: 1_000, backoff: (ms) => ms }),
      })
      await bus.drain()
      for (const _ of [1, 2]) {
        await log.clock.advance(1_000)
        await bus.drain()
      }
      equal(tries, 3)
      const letters = await bus.app.deadLetters()
      deepEqual(
        letters.map(({ group, failures }) => [group, failures]),
        [
          ["mailer-parks", 1],
          ["mailer-retries", 3],
        ],
      )
    })
  })
}
