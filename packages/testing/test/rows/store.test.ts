import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { VersionConflict } from "@millrace/core"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { backends } from "../backends.ts"
import { oneOf } from "../one-of.ts"
import { openLog } from "../open-log.ts"
import { AddItem, item, ItemAdded, OrderPlaced, PlaceOrder } from "../shop.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("appendNextToStream stores messages at the stream's next versions, whatever its version is [S30.a]", async () => {
      const app = await (await openLog(backend)).app()
      await app.appendNextToStream("cart-1", [ItemAdded("cart-1", item("a"))])
      const stored = await app.appendNextToStream("cart-1", [
        ItemAdded("cart-1", item("b")),
        ItemAdded("cart-1", item("c")),
      ])
      deepEqual(stored.streams, [{ streamId: "cart-1", version: 3 }])
      const events = await app.readStream("cart-1")
      assertMessages(events, [
        ItemAdded("cart-1", item("a")),
        ItemAdded("cart-1", item("b")),
        ItemAdded("cart-1", item("c")),
      ])
      deepEqual(
        events.map((event) => event.version),
        [1, 2, 3],
      )
    })

    it("appendNextToStream sets the stream of messages that were built for another [S30.a]", async () => {
      const app = await (await openLog(backend)).app()
      await app.appendNextToStream("cart-2", [ItemAdded("cart-1", item("a"))])
      deepEqual([(await app.readStream("cart-1")).length, (await app.readStream("cart-2")).length], [0, 1])
    })

    it("dispatch appends a message to its own stream; commands take no version [S30.b]", async () => {
      const app = await (await openLog(backend)).app()
      const command = AddItem("cart-1", item("a"))
      const stored = await app.dispatch(command)
      deepEqual(stored.streams, [{ streamId: "cart-1", version: 0 }])
      const [found, ...others] = await app.readStream("cart-1", { include: "commands" })
      deepEqual(
        [found?.id, found?.position, found?.version, others.length],
        [command.id, stored.position, undefined, 0],
      )
    })

    it("appendToStream refuses a writer that has missed an event, and says what it expected and what is [S31.a]", async () => {
      const app = await (await openLog(backend)).app()
      await app.appendToStream("cart-1", [ItemAdded("cart-1", item("a"))], { expectedVersion: 0 })
      await app.appendToStream("cart-1", [ItemAdded("cart-1", item("b"))], { expectedVersion: 1 })
      const late = app.appendToStream("cart-1", [ItemAdded("cart-1", item("c"))], { expectedVersion: 1 })
      await rejects(late, (error) => {
        ok(error instanceof VersionConflict)
        deepEqual([error.code, error.streamId, error.expected, error.actual], ["version-conflict", "cart-1", 1, 2])
        return true
      })
      equal((await app.readStream("cart-1")).length, 2)
    })

    it("of concurrent writers at one version exactly one wins, through several apps [S31.a S31.c]", async () => {
      const log = await openLog(backend)
      const apps = [await log.app(), await log.app()]
      const writes = Array.from({ length: 20 }, (_, at) =>
        oneOf(apps, at).appendToStream("cart-1", [ItemAdded("cart-1", item(`p${at}`))], { expectedVersion: 0 }),
      )
      const outcomes = await Promise.allSettled(writes)
      equal(outcomes.filter((outcome) => outcome.status === "fulfilled").length, 1)
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") ok(outcome.reason instanceof VersionConflict && outcome.reason.actual === 1)
      }
      deepEqual(
        (await apps[0]?.readStream("cart-1"))?.map((event) => event.version),
        [1],
      )
    })

    it("no-stream lets one of two first writers in, stream-exists none before, and any never conflicts [S31.b lesson 24]", async () => {
      const log = await openLog(backend)
      const [one, two] = [await log.app(), await log.app()]
      const first = (app: typeof one) =>
        app.appendToStream("cart-1", [ItemAdded("cart-1", item("a"))], { expectedVersion: "no-stream" })
      await rejects(
        one.appendToStream("cart-1", [OrderPlaced("cart-1")], { expectedVersion: "stream-exists" }),
        VersionConflict,
      )
      const outcomes = await Promise.allSettled([first(one), first(two), first(one), first(two)])
      equal(outcomes.filter((outcome) => outcome.status === "fulfilled").length, 1)
      await one.appendToStream("cart-1", [OrderPlaced("cart-1")], { expectedVersion: "stream-exists" })
      const any = Array.from({ length: 20 }, (_, at) =>
        (at % 2 === 0 ? one : two).appendToStream("cart-1", [ItemAdded("cart-1", item(`p${at}`))], {
          expectedVersion: "any",
        }),
      )
      await Promise.all(any)
      deepEqual(
        (await one.readStream("cart-1")).map((event) => event.version),
        Array.from({ length: 22 }, (_, at) => at + 1),
      )
    })

    it("a stream of queued commands alone is still no stream [S31.b lesson 24]", async () => {
      const app = await (await openLog(backend)).app()
      await app.dispatch(AddItem("cart-1", item("a")))
      await app.appendToStream("cart-1", [ItemAdded("cart-1", item("a"))], { expectedVersion: "no-stream" })
      equal((await app.readStream("cart-1")).length, 1)
    })

    it("a version ahead of the stream is a conflict, so that no gap can be made [S31.c lesson 10]", async () => {
      const app = await (await openLog(backend)).app()
      for (const ahead of [1, 5]) {
        await rejects(
          app.appendToStream("cart-1", [ItemAdded("cart-1", item("a"))], { expectedVersion: ahead }),
          VersionConflict,
        )
      }
      equal((await app.stats()).messages, 0)
    })

    it("concurrent appends that report success are all there, in one order that every reader sees [lesson 23 lesson 25]", async () => {
      const log = await openLog(backend)
      const apps = [await log.app(), await log.app(), await log.app()]
      const stored = await Promise.all(
        Array.from({ length: 120 }, (_, at) =>
          oneOf(apps, at).appendNextToStream("cart-1", [ItemAdded("cart-1", item(`p${at}`))]),
        ),
      )
      const positions = stored.map((one) => one?.position ?? 0)
      equal(new Set(positions).size, 120)
      for (const app of apps) {
        const seen: number[] = []
        for await (const message of app.readLog({ limit: 1_000 })) seen.push(message.position)
        deepEqual(
          seen,
          positions.toSorted((a, b) => a - b),
        )
      }
      deepEqual(
        (await apps[0]?.readStream("cart-1"))?.map((event) => event.version),
        Array.from({ length: 120 }, (_, at) => at + 1),
      )
    })

    it("readStream reads after, up to, backward, a limited number, with or without commands [S32.a]", async () => {
      const app = await (await openLog(backend)).app()
      await app.dispatch(AddItem("cart-1", item("queued")))
      for (const name of ["a", "b", "c", "d"]) await app.dispatch(ItemAdded("cart-1", item(name)))
      await app.dispatch(ItemAdded("cart-2", item("other")))
      await app.dispatch(PlaceOrder("cart-1"))
      const versions = async (options: Parameters<typeof app.readStream>[1]) =>
        (await app.readStream("cart-1", options)).map((message) => message.version ?? message.type)
      deepEqual(await versions({}), [1, 2, 3, 4])
      deepEqual(await versions({ after: 1, upto: 3 }), [2, 3])
      deepEqual(await versions({ direction: "backward", limit: 2 }), [4, 3])
      deepEqual(await versions({ include: "commands" }), ["shop.add_item", "shop.place_order"])
      deepEqual(await versions({ include: "all" }), ["shop.add_item", 1, 2, 3, 4, "shop.place_order"])
      deepEqual(await app.readStream("cart-3"), [])
    })

    it("readLog reads positions after, types, backward and a limited number [S32.b]", async () => {
      const app = await (await openLog(backend)).app()
      for (const name of ["a", "b", "c"]) {
        await app.dispatch(AddItem(`cart-${name}`, item(name)))
        await app.dispatch(ItemAdded(`cart-${name}`, item(name)))
      }
      const read = async (options: Parameters<typeof app.readLog>[0]) => {
        const found: string[] = []
        for await (const message of app.readLog(options)) found.push(`${message.type}@${message.streamId}`)
        return found
      }
      equal((await read({})).length, 6)
      deepEqual(await read({ types: [ItemAdded] }), [
        "shop.item_added@cart-a",
        "shop.item_added@cart-b",
        "shop.item_added@cart-c",
      ])
      deepEqual(await read({ types: ["shop.add_item"], limit: 2 }), ["shop.add_item@cart-a", "shop.add_item@cart-b"])
      deepEqual(await read({ direction: "backward", limit: 2 }), ["shop.item_added@cart-c", "shop.add_item@cart-c"])
      const third = (await app.readStream("cart-b", { include: "commands" }))[0]?.position ?? 0
      deepEqual((await read({ after: third })).length, 3)
    })

    it("readLog iterates over more messages than one page holds [S32.b S32.c]", async () => {
      const app = await (await openLog(backend)).app()
      const many = Array.from({ length: 1_250 }, (_, at) => ItemAdded("cart-1", { productId: "p", quantity: at }))
      for (let from = 0; from < many.length; from += 250)
        await app.appendNextToStream("cart-1", many.slice(from, from + 250))
      let last = 0
      let count = 0
      for await (const message of app.readLog()) {
        ok(message.position > last)
        last = message.position
        count += 1
      }
      equal(count, 1_250)
    })
  })
}
