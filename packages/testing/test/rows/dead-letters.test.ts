import { deepEqual, equal, ok } from "node:assert/strict"

import type { ErrorStrategy } from "@millrace/core"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { testClock } from "../../src/test-clock.ts"
import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, AddItem, ItemAdded } from "../shop.ts"

class Outage extends Error {}

const park: ErrorStrategy = () => ({ kind: "park" })

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("the innocent neighbours of a message that kills its workers are not counted as failed [lesson 40 lesson 34]", async () => {
      const log = await openLog(backend)
      const neighbours: number[] = []
      const errors: unknown[] = []
      const parking: ErrorStrategy = (error) => {
        errors.push(error)
        return { kind: "park" }
      }
      const dying = () =>
        recorder("dying", [ItemAdded], {
          // Its process dies in here: it answers nothing, ever.
          handle: ({ version }, { attempt }) => {
            if (version === 2) return new Promise<void>(() => {})
            neighbours.push(attempt)
            return undefined
          },
          errorStrategy: parking,
        })
      const first = await log.app({ reactors: [dying()] })
      await first.appendNextToStream("cart-1", [added("cart-1"), added("cart-1"), added("cart-1")])
      for (let worker = 0; worker < 6; worker += 1) {
        // Its own clock stands still: it keeps no lease alive.
        const app = await log.app({ reactors: [dying()], unclosed: true, clock: testClock(log.clock.now()) })
        void app.drain()
        await log.clock.settle()
        // The lease of a message under suspicion is longer each time.
        await log.clock.jump(20 * 60_000)
      }
      const dead = await first.deadLetters()
      deepEqual(
        dead.map(({ key, next }) => [key, next]),
        [["cart-1", 2]],
      )
      equal(errors.length, 1)
      deepEqual([...new Set(neighbours)], [1])
    })

    it("a parked stream waits as a dead letter that is listed, retried and discarded; others go on [S43.a S43.c]", async () => {
      const log = await openLog(backend)
      const handled: string[] = []
      let poison = true
      const fragile = recorder("fragile", [ItemAdded], {
        handle: ({ streamId, version }) => {
          if (poison && streamId !== "cart-3" && version === 1) throw new Outage("poison")
          handled.push(`${streamId}:${version}`)
        },
        errorStrategy: park,
      })
      const app = await log.app({ reactors: [fragile] })
      for (const streamId of ["cart-1", "cart-2", "cart-3"])
        await app.appendNextToStream(streamId, [added(streamId), added(streamId)])
      await app.drain()
      deepEqual(handled, ["cart-3:1", "cart-3:2"])
      const dead = await app.deadLetters({ group: "fragile" })
      deepEqual(
        dead.map(({ key, status, failures }) => [key, status, failures]),
        [
          ["cart-1", "parked", 1],
          ["cart-2", "parked", 1],
        ],
      )
      ok(dead[0]?.error?.includes("poison"))
      equal((await app.readStream("cart-1"))[0]?.id, dead[0]?.messageId)
      await log.clock.jump(24 * 3_600_000)
      await app.drain()
      equal(handled.length, 2, "a dead letter was handled without being asked for")
      poison = false
      equal(await app.retryDeadLetters(fragile, ["cart-1"]), 1)
      await app.drain()
      deepEqual(handled.slice(2), ["cart-1:1", "cart-1:2"])
      await app.discardDeadLetter(fragile, "cart-2")
      await app.drain()
      deepEqual(handled.slice(4), ["cart-2:2"])
      const [group] = await app.groups([fragile])
      deepEqual(
        [group?.parked, group?.lag, group?.skipped, group?.skips.map(({ how }) => how)],
        [0, 0, 1, ["discarded"]],
      )
    })

    it("a strategy that throws stops the group instead of taking the process down [lesson 16 lesson 34]", async () => {
      const log = await openLog(backend)
      const fragile = recorder("fragile", [ItemAdded], {
        handle: () => {
          throw new Outage("no network")
        },
        errorStrategy: () => {
          throw new TypeError("the strategy is broken too")
        },
      })
      const app = await log.app({ reactors: [fragile] })
      await app.dispatch(added("cart-1"))
      await app.drain()
      const [group] = await app.groups([fragile])
      equal(group?.status, "stopped")
      ok(group?.stopped?.reason.includes("broken too"))
    })

    it("nothing of a failed message is stored, what came before it in its batch is [S27.e lesson 5]", async () => {
      const log = await openLog(backend)
      const copy = (quantity: number) => AddItem("copies-1", { productId: "p", quantity })
      const placer = recorder("placer", [ItemAdded], {
        handle: ({ version = 0 }) => {
          if (version === 3) throw new Outage("the third")
          return { kind: "append-next", messages: [copy(version)] }
        },
        errorStrategy: park,
      })
      const app = await log.app({ reactors: [placer] })
      await app.appendNextToStream(
        "cart-1",
        [1, 2, 3, 4].map((quantity) => added("cart-1", quantity)),
      )
      await app.drain()
      assertMessages(await app.readStream("copies-1", { include: "commands" }), [copy(1), copy(2)])
    })
  })
}
