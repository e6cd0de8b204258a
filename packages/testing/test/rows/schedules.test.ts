import { deepEqual, equal, rejects } from "node:assert/strict"

import { ScheduleInPast } from "@millrace/core"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { item, ItemAdded } from "../shop.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("scheduleMessages delivers in due order, not before its time [S33.a]", async () => {
      const log = await openLog(backend)
      const app = await log.app()
      const at = (ms: number) => new Date(log.clock.now() + ms)
      await app.scheduleMessages([ItemAdded("cart-1", item("third"))], { at: at(3_000) })
      await app.scheduleMessages([ItemAdded("cart-1", item("first"))], { at: at(1_000) })
      await app.scheduleMessages([ItemAdded("cart-1", item("second"))], { at: at(2_000) })
      await app.drain()
      equal((await app.readStream("cart-1")).length, 0)
      await log.clock.advance(1_000)
      await app.drain()
      assertMessages(await app.readStream("cart-1"), [ItemAdded("cart-1", item("first"))])
      await log.clock.advance(5_000)
      await app.drain()
      assertMessages(
        await app.readStream("cart-1"),
        ["first", "second", "third"].map((name) => ItemAdded("cart-1", item(name))),
      )
    })

    it("scheduling in the past is refused and stores nothing [S5.c]", async () => {
      const log = await openLog(backend)
      const app = await log.app()
      const past = app.scheduleMessages([ItemAdded("cart-1", item("a"))], { at: new Date(log.clock.now() - 1) })
      await rejects(past, (error) => error instanceof ScheduleInPast && error.code === "schedule-in-past")
      deepEqual(await app.scheduled(), [])
    })

    it("a schedule is delivered once by however many schedulers [S33.c]", async () => {
      const log = await openLog(backend)
      const apps = [await log.app(), await log.app(), await log.app()]
      for (let at = 1; at <= 20; at += 1) {
        await apps[0]?.scheduleMessages([ItemAdded(`cart-${at}`, item("a"))], {
          at: new Date(log.clock.now() + at * 10),
        })
      }
      await log.clock.advance(200)
      await Promise.all(apps.map((app) => app.drain()))
      equal((await apps[0]?.stats())?.messages, 20)
      deepEqual(await apps[1]?.scheduled(), [])
    })

    it("schedules are listed in due order, cancelled and moved [S33.d]", async () => {
      const log = await openLog(backend)
      const app = await log.app()
      const at = (ms: number) => new Date(log.clock.now() + ms)
      const [one, two, three] = [
        ItemAdded("cart-1", item("one")),
        ItemAdded("cart-1", item("two")),
        ItemAdded("cart-1", item("three")),
      ]
      await app.scheduleMessages([two], { at: at(2_000) })
      await app.scheduleMessages([one], { at: at(1_000) })
      await app.scheduleMessages([three], { at: at(3_000) })
      deepEqual(
        (await app.scheduled()).map(({ message }) => message.id),
        [one.id, two.id, three.id],
      )
      deepEqual(await app.cancelScheduled([one.id, "00000000-0000-7000-8000-000000000000"]), [one.id])
      deepEqual(await app.reschedule([three.id], at(500)), [three.id])
      deepEqual(
        (await app.scheduled()).map(({ message }) => message.id),
        [three.id, two.id],
      )
      await log.clock.advance(10_000)
      await app.drain()
      assertMessages(await app.readStream("cart-1"), [three, two])
      deepEqual(await app.cancelScheduled([two.id]), [])
    })
  })
}
