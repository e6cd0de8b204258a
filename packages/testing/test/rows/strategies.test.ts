import { deepEqual, equal, ok } from "node:assert/strict"

import { parkOnError, retryOnError, stopOnError } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, ItemAdded } from "../shop.ts"

class Outage extends Error {}

/** Drains at each second, and answers at which seconds the messages were tried. */
async function triesOf(
  log: TestLog,
  strategy: ReturnType<typeof retryOnError>,
  seconds: number,
): Promise<readonly number[]> {
  const start = log.clock.now()
  const tries: number[] = []
  const fragile = recorder("fragile", [ItemAdded], {
    handle: () => {
      tries.push((log.clock.now() - start) / 1_000)
      throw new Outage("no network")
    },
    errorStrategy: strategy,
  })
  const app = await log.app({ reactors: [fragile] })
  await app.dispatch(added("cart-1"))
  await app.drain()
  for (let second = 0; second < seconds; second += 1) {
    await log.clock.advance(1_000)
    await app.drain()
  }
  return tries
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("retries so many times, waits between as backoff says, and then stops the group [S42.b S42.a]", async () => {
      const log = await openLog(backend)
      const backoff = (afterMs: number, n: number): number => afterMs * n
      const tries = await triesOf(log, retryOnError({ times: 3, afterMs: 5_000, backoff }), 60)
      deepEqual(tries, [0, 5, 15, 30])
      const [group] = await (await log.app()).groups(["fragile"])
      equal(group?.status, "stopped")
      ok(group?.stopped?.error?.includes("no network"))
    })

    it("doubles the waits unless told otherwise [S42.b]", async () => {
      const log = await openLog(backend)
      deepEqual(await triesOf(log, retryOnError({ times: 4 }), 20), [0, 1, 3, 7, 15])
    })

    it("shortens each wait by a share of jitter [S42.b]", async () => {
      const log = await openLog(backend)
      const strategy = retryOnError({
        times: 2,
        afterMs: 4_000,
        backoff: (ms) => ms,
        jitter: 0.5,
        random: (_message, n) => n / 2,
      })
      deepEqual(await triesOf(log, strategy, 20), [0, 3, 5])
    })

    it("onRetry is told the number, the error, the message and when; onStop the error and the message [S42.c S42.f]", async () => {
      const log = await openLog(backend)
      const told: unknown[] = []
      const start = log.clock.now()
      await triesOf(
        log,
        retryOnError({
          times: 2,
          onRetry: (n, error, message, later) => {
            told.push(["retry", n, error instanceof Outage, message.streamId, later.getTime() - start])
          },
          onStop: (error, message) => {
            told.push(["stop", error instanceof Outage, message.streamId])
          },
        }),
        10,
      )
      deepEqual(told, [
        ["retry", 1, true, "cart-1", 1_000],
        ["retry", 2, true, "cart-1", 3_000],
        ["stop", true, "cart-1"],
      ])
    })

    it("parks the stream after the last retry when told to, and others go on [S42.b S43.a]", async () => {
      const log = await openLog(backend)
      const handled: string[] = []
      const fragile = recorder("fragile", [ItemAdded], {
        handle: ({ streamId }) => {
          if (streamId === "cart-1") throw new Outage("poison")
          handled.push(streamId)
        },
        errorStrategy: retryOnError({ times: 1, giveUp: "park" }),
      })
      const app = await log.app({ reactors: [fragile] })
      await app.dispatch(added("cart-1"))
      await app.drain()
      await log.clock.advance(1_000)
      await app.drain()
      await app.dispatch(added("cart-2"))
      await app.drain()
      deepEqual(
        [handled, (await app.deadLetters()).map(({ key, failures }) => [key, failures])],
        [["cart-2"], [["cart-1", 2]]],
      )
    })

    it("parkOnError and stopOnError do it at the first error, per reactor or for the whole app [S42.e]", async () => {
      const log = await openLog(backend)
      const fail = () => {
        throw new Outage("no")
      }
      const app = await log.app({
        reactors: [
          recorder("parks", [ItemAdded], { handle: fail }),
          recorder("stops", [ItemAdded], { handle: fail, errorStrategy: stopOnError() }),
        ],
        errorStrategy: parkOnError(),
      })
      await app.dispatch(added("cart-1"))
      await app.drain()
      deepEqual(
        (await app.groups()).map(({ group, status, parked }) => [group, status, parked]),
        [
          ["parks", "active", 1],
          ["stops", "stopped", 0],
        ],
      )
    })
  })
}
