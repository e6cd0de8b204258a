import { deepEqual, equal, ok, rejects } from "node:assert/strict"

import { actor, GroupOrderDiffers, type Logger } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { running } from "../running.ts"
import { added, AddItem, Cart, ItemAdded, OrderPlaced } from "../shop.ts"

/** A logger that keeps what it warns of. */
function warnings(): Logger & { readonly said: { readonly text: string; readonly facts: object }[] } {
  const said: { readonly text: string; readonly facts: object }[] = []
  return { said, debug() {}, info() {}, warn: (facts, text) => void said.push({ facts, text }), error() {} }
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a type that joins a group is delivered from then on; older ones are reported and come with a reset [S34.b S24.a]", async () => {
      const log = await openLog(backend)
      const old = await log.app({ reactors: [recorder("seen", [ItemAdded])] })
      await old.appendNextToStream("cart-1", [added("cart-1"), OrderPlaced("cart-1")])
      await old.drain()
      const logger = warnings()
      const seen = recorder("seen", [ItemAdded, OrderPlaced])
      const next = await log.app({ reactors: [seen], logger })
      ok(
        logger.said.some(({ facts }) => "passedOver" in facts && facts.passedOver === 1),
        JSON.stringify(logger.said),
      )
      await next.dispatch(OrderPlaced("cart-1"))
      await next.drain()
      deepEqual(seen.log(), ["cart-1:3"])
      seen.seen.length = 0
      await next.resetConsumerGroup(seen, { types: [OrderPlaced] })
      await next.drain()
      deepEqual(seen.log(), ["cart-1:1", "cart-1:2", "cart-1:3"])
    })

    it("a process of the release before does not move the group past messages that only the new release handles [lesson 9 lesson 13]", async () => {
      const log = await openLog(backend)
      const logger = warnings()
      const before = recorder("seen", [ItemAdded])
      const old = await log.app({ reactors: [before], logger })
      running(old, { processName: "old", concurrency: 1 })
      await log.clock.settle()
      const after = recorder("seen", [ItemAdded, OrderPlaced])
      const next = await log.app({ reactors: [after] })
      const run = running(next, { processName: "new", concurrency: 1 })
      await log.clock.settle()
      await run.stop()
      // The new release is away for a moment, and the old one works on.
      await old.appendNextToStream("cart-1", [added("cart-1"), OrderPlaced("cart-1"), added("cart-1")])
      await log.clock.settle()
      await log.clock.advance(5_000)
      ok(!before.log().includes("cart-1:3"), `the old release went past what it does not know: ${before.log().join()}`)
      await next.drain()
      deepEqual([...before.log(), ...after.log()].toSorted(), ["cart-1:1", "cart-1:2", "cart-1:3"])
    })

    it("a group whose order was changed in code is refused by name [S18.c]", async () => {
      const log = await openLog(backend)
      await log.app({ reactors: [recorder("seen", [ItemAdded])] })
      await rejects(
        log.app({ reactors: [recorder("seen", [ItemAdded], { order: "log" })] }),
        (error) => error instanceof GroupOrderDiffers && error.message.includes("seen"),
      )
    })

    it("two reactors of one name are refused, and so are two that decide one command [S18.c]", async () => {
      const log = await openLog(backend)
      const twice = [recorder("seen", [ItemAdded]), recorder("seen", [OrderPlaced])]
      await rejects(log.app({ reactors: twice }), { code: "duplicate-reactor", message: /seen/ })
      const rival = actor("rival", () => ({})).command(AddItem, () => {})
      await rejects(log.app({ reactors: [Cart, rival] }), { code: "duplicate-reactor", message: /shop\.add_item/ })
      const app = await log.app({ reactors: [recorder("other", [ItemAdded])] })
      await app.dispatch(added("cart-1"))
      await app.drain()
      equal((await app.groups(["other"]))[0]?.lag, 0)
    })
  })
}
