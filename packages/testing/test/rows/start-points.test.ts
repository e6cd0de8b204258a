import { deepEqual } from "node:assert/strict"

import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, ItemAdded } from "../shop.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a group starts at the beginning unless told otherwise [S44.a]", async () => {
      const log = await openLog(backend)
      await (await log.app()).dispatch(added("cart-1"))
      const seen = recorder("seen", [ItemAdded])
      await (await log.app({ reactors: [seen] })).drain()
      deepEqual(seen.log(), ["cart-1:1"])
    })

    it("a group that starts now gets what comes after its first registration, however long its processes are away [S44.b lesson 13]", async () => {
      const log = await openLog(backend)
      const writer = await log.app()
      await writer.dispatch(added("cart-1"))
      await log.app({ reactors: [recorder("seen", [ItemAdded], { startFrom: "now" })] })
      // Nobody works for the group for a month, and then another process starts with the same code.
      await log.clock.advance(1_000)
      await writer.dispatch(added("cart-1"))
      await log.clock.jump(30 * 24 * 3_600_000)
      const seen = recorder("seen", [ItemAdded], { startFrom: "now" })
      await (await log.app({ reactors: [seen] })).drain()
      deepEqual(seen.log(), ["cart-1:2"])
    })

    it("a group starts behind a position [S44.c]", async () => {
      const log = await openLog(backend)
      const writer = await log.app()
      const { position } = await writer.dispatch(added("cart-1"))
      await writer.dispatch(added("cart-1"))
      const seen = recorder("seen", [ItemAdded], { startFrom: { position } })
      await (await log.app({ reactors: [seen] })).drain()
      deepEqual(seen.log(), ["cart-1:2"])
    })

    it("a group starts at a date, by the storage's clock and not by the messages' own [S44.d]", async () => {
      const log = await openLog(backend)
      const writer = await log.app()
      await writer.dispatch(added("cart-1"))
      await log.clock.advance(60_000)
      const date = new Date(log.clock.now())
      await writer.dispatch({ ...added("cart-1"), createdAt: "1999-12-31T23:59:59.000Z" })
      await log.clock.advance(60_000)
      await writer.dispatch(added("cart-2"))
      const seen = recorder("seen", [ItemAdded], { startFrom: { date } })
      await (await log.app({ reactors: [seen] })).drain()
      deepEqual(seen.log().toSorted(), ["cart-1:2", "cart-2:1"])
    })

    it("a start point counts once: registering again with another one moves nothing [S44.b]", async () => {
      const log = await openLog(backend)
      const writer = await log.app({ reactors: [recorder("seen", [ItemAdded])] })
      await writer.dispatch(added("cart-1"))
      const seen = recorder("seen", [ItemAdded], { startFrom: "now" })
      await (await log.app({ reactors: [seen] })).drain()
      deepEqual(seen.log(), ["cart-1:1"])
    })
  })
}
