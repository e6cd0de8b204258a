import { deepEqual, equal, ok } from "node:assert/strict"

import type { ErrorStrategy } from "@millrace/core"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, ItemAdded, OrderPlaced } from "../shop.ts"

class Outage extends Error {}

const retryIn =
  (ms: number): ErrorStrategy =>
  (_error, _message, { now }) => ({ kind: "retry", at: now + ms })
const park: ErrorStrategy = () => ({ kind: "park" })

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("the default strategy stops the group and keeps error and message on it; started again, it goes on there [S42.a]", async () => {
      const log = await openLog(backend)
      let broken = true
      const fragile = recorder("fragile", [ItemAdded], {
        handle: () => {
          if (broken) throw new Outage("no network")
        },
      })
      const app = await log.app({ reactors: [fragile] })
      const message = added("cart-1")
      await app.dispatch(message)
      await app.dispatch(added("cart-2"))
      await app.drain()
      const [group] = await app.groups([fragile])
      equal(group?.status, "stopped")
      ok(group?.stopped?.error?.includes("no network"), group?.stopped?.error)
      equal(group?.stopped?.messageId, message.id)
      await app.drain()
      equal(fragile.log().filter((one) => one === "cart-1:1").length, 1)
      broken = false
      await app.startConsumerGroup(fragile)
      await app.drain()
      ok(fragile.log().includes("cart-2:1"))
      equal(fragile.log().filter((one) => one === "cart-1:1").length, 2)
      deepEqual(
        (await app.groups([fragile])).map(({ status, lag, stopped }) => [status, lag, stopped]),
        [["active", 0, undefined]],
      )
    })

    it("a strategy gets the original error, by its class, with message and attempt [S42.f S42.d lesson 12]", async () => {
      const log = await openLog(backend)
      const errors: unknown[] = []
      const thrown = new Outage("no network")
      const app = await log.app({
        reactors: [
          recorder("fragile", [ItemAdded], {
            handle: () => {
              throw thrown
            },
          }),
        ],
        errorStrategy: (error, message, group) => {
          errors.push([error, message.streamId, group.name, group.attempt])
          return error instanceof Outage && group.attempt < 3
            ? { kind: "retry", at: group.now + 1_000 }
            : { kind: "park" }
        },
      })
      await app.dispatch(added("cart-1"))
      for (let second = 0; second < 4; second += 1) {
        await app.drain()
        await log.clock.advance(1_000)
      }
      deepEqual(
        errors,
        [1, 2, 3].map((attempt) => [thrown, "cart-1", "fragile", attempt]),
      )
    })

    it("a reactor's own strategy goes before the global one [S42.e]", async () => {
      const log = await openLog(backend)
      const fail = () => {
        throw new Outage("no")
      }
      const own = recorder("own", [ItemAdded], { handle: fail, errorStrategy: park })
      const global = recorder("global", [ItemAdded], { handle: fail })
      const app = await log.app({ reactors: [own, global], errorStrategy: () => ({ kind: "stop", reason: "global" }) })
      await app.dispatch(added("cart-1"))
      await app.drain()
      const groups = await app.groups()
      deepEqual(
        groups.map(({ group, status, parked }) => [group, status, parked]),
        [
          ["global", "stopped", 0],
          ["own", "active", 1],
        ],
      )
      equal(groups[0]?.stopped?.reason, "global")
    })

    it("a strategy that skips counts the message as handled without effects [S42.d]", async () => {
      const log = await openLog(backend)
      const picky = recorder("picky", [ItemAdded], {
        handle: (message) => {
          if (message.version === 1) throw new Outage("not this one")
          return { kind: "append-next", messages: [OrderPlaced(message.streamId)] }
        },
        errorStrategy: () => ({ kind: "skip" }),
      })
      const app = await log.app({ reactors: [picky] })
      await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1", 2)])
      await app.drain()
      deepEqual(picky.log().at(-1), "cart-1:2")
      assertMessages(await app.readStream("cart-1", { after: 2 }), [OrderPlaced("cart-1")])
      equal((await app.groups([picky]))[0]?.lag, 0)
    })

    it("a poison message holds back only its own stream, and that in order [S43.a lesson 11 lesson 34]", async () => {
      const log = await openLog(backend)
      let poison = true
      const handled: string[] = []
      const fragile = recorder("fragile", [ItemAdded], {
        handle: ({ streamId, version }) => {
          if (poison && streamId === "cart-1") throw new Outage("poison")
          handled.push(`${streamId}:${version}`)
        },
        errorStrategy: retryIn(10_000),
      })
      const app = await log.app({ reactors: [fragile] })
      const streams = Array.from({ length: 10 }, (_, at) => `cart-${at + 1}`)
      for (const streamId of streams) await app.appendNextToStream(streamId, [added(streamId), added(streamId)])
      await app.drain()
      equal(handled.length, 18)
      ok(!handled.some((one) => one.startsWith("cart-1:")))
      deepEqual(
        (await app.groups([fragile])).map(({ status, retrying }) => [status, retrying]),
        [["active", 1]],
      )
      // More comes in behind it, and it recovers at its time: in order, nothing lost, nothing twice.
      await app.dispatch(added("cart-1"))
      await app.drain()
      poison = false
      await app.drain()
      ok(!handled.some((one) => one.startsWith("cart-1:")), "retried before its time")
      await log.clock.advance(10_000)
      await app.drain()
      deepEqual(handled.slice(18), ["cart-1:1", "cart-1:2", "cart-1:3"])
      deepEqual(
        (await app.groups([fragile])).map(({ lag, retrying }) => [lag, retrying]),
        [[0, 0]],
      )
    })

    it("order per key survives failures and retries, whatever the slices [lesson 43 lesson 5]", async () => {
      const log = await openLog(backend)
      const handled = new Map<string, number[]>()
      const failedOnce = new Set<string>()
      const flaky = recorder("flaky", [ItemAdded], {
        handle: ({ streamId, version = 0 }) => {
          const key = `${streamId}:${version}`
          if (version % 3 === 0 && !failedOnce.has(key)) {
            failedOnce.add(key)
            throw new Outage("once")
          }
          handled.set(streamId, [...(handled.get(streamId) ?? []), version])
        },
        errorStrategy: retryIn(1_000),
      })
      const app = await log.app({ reactors: [flaky] })
      const streams = ["cart-1", "cart-2", "cart-3"]
      for (let round = 0; round < 4; round += 1) {
        await Promise.all(
          streams.map((streamId) =>
            app.appendNextToStream(streamId, [added(streamId), added(streamId), added(streamId)]),
          ),
        )
        await app.drain()
        await log.clock.advance(1_000)
        await app.drain()
      }
      for (let more = 0; more < 4; more += 1) {
        await log.clock.advance(1_000)
        await app.drain()
      }
      for (const streamId of streams)
        deepEqual(
          handled.get(streamId),
          Array.from({ length: 12 }, (_, at) => at + 1),
        )
    })

    it("attempts count per message and begin anew after a success [S43.b lesson 11 lesson 40]", async () => {
      const log = await openLog(backend)
      const attempts: string[] = []
      const failures = new Map<string, number>()
      const flaky = recorder("flaky", [ItemAdded], {
        handle: ({ streamId, version }, { attempt }) => {
          const key = `${streamId}:${version}`
          attempts.push(`${key} try ${attempt}`)
          const before = failures.get(key) ?? 0
          failures.set(key, before + 1)
          if (streamId === "cart-1" && before < 2) throw new Outage("twice")
        },
        errorStrategy: retryIn(1_000),
      })
      const app = await log.app({ reactors: [flaky] })
      await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1")])
      await app.appendNextToStream("cart-2", [added("cart-2"), added("cart-2")])
      for (let second = 0; second < 6; second += 1) {
        await app.drain()
        await log.clock.advance(1_000)
      }
      deepEqual(
        attempts.filter((one) => one.startsWith("cart-1")),
        ["cart-1:1 try 1", "cart-1:1 try 2", "cart-1:1 try 3", "cart-1:2 try 1", "cart-1:2 try 2", "cart-1:2 try 3"],
      )
      deepEqual(
        attempts.filter((one) => one.startsWith("cart-2")),
        ["cart-2:1 try 1", "cart-2:2 try 1"],
      )
    })
  })
}
