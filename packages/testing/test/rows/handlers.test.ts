import { deepEqual, equal, ok } from "node:assert/strict"

import { AppendAfter, AppendNext, handler, OK, RETRY, Schedule, Sync } from "@millrace/core"
import { describe, it } from "vitest"

import { assertMessages } from "../../src/assert-messages.ts"
import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { added, AddItem, ItemAdded, OrderPlaced, PlaceOrder } from "../shop.ts"

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a handler answers several types with one call and what it returns is appended [S26.a S26.b]", async () => {
      const log = await openLog(backend)
      const heard: string[] = []
      const telemetry = handler("order_telemetry")
        .on(ItemAdded, OrderPlaced, (message) => {
          heard.push(`${message.type}@${message.streamId}`)
        })
        .on(PlaceOrder, (place) => [OrderPlaced(place.streamId)])
      const app = await log.app({ reactors: [telemetry] })
      await app.dispatch(added("cart-1"))
      await app.dispatch(PlaceOrder("cart-1"))
      await app.drain()
      assertMessages(await app.readStream("cart-1"), [added("cart-1"), OrderPlaced("cart-1")])
      deepEqual(heard, ["shop.item_added@cart-1", "shop.order_placed@cart-1"])
    })

    it("a handler schedules what it returns with a date [S26.b]", async () => {
      const log = await openLog(backend)
      const later = handler("later").on(ItemAdded, (item) => [
        OrderPlaced(item.streamId).at(new Date(log.clock.now() + 60_000)),
      ])
      const app = await log.app({ reactors: [later] })
      await app.dispatch(added("cart-1"))
      await app.drain()
      deepEqual([(await app.readStream("cart-1")).length, (await app.scheduled()).length], [1, 1])
      await log.clock.advance(60_000)
      await app.drain()
      assertMessages(await app.readStream("cart-1"), [added("cart-1"), OrderPlaced("cart-1")])
    })

    it("a handler that asks for history gets its message's whole stream, really filled [S26.c lesson 4]", async () => {
      const log = await openLog(backend)
      const totals: number[] = []
      const lengths: number[] = []
      const discount = handler("discount", { history: true }).on(OrderPlaced, (_placed, { history }) => {
        lengths.push(history.length)
        totals.push(
          history
            .filter((one) => ItemAdded.is(one))
            .map((one) => ItemAdded.decode(one))
            .reduce((sum, item) => sum + item.payload.quantity, 0),
        )
      })
      const app = await log.app({ reactors: [discount] })
      await app.appendNextToStream("cart-1", [
        added("cart-1", 2),
        added("cart-1", 3),
        OrderPlaced("cart-1"),
        added("cart-1", 9),
      ])
      await app.drain()
      deepEqual([totals, lengths], [[5], [3]])
    })

    it("a low-level reactor answers with OK, AppendNext, AppendAfter, Schedule, and lists of them [S27.a]", async () => {
      const log = await openLog(backend)
      const at = new Date(log.clock.now() + 60_000)
      const actions = recorder("actions", [AddItem], {
        handle: ({ streamId }) => {
          switch (streamId) {
            case "ok-1":
              return OK
            case "next-1":
              return AppendNext([added("next-1"), added("other-1")])
            case "after-1":
              return AppendAfter("after-1", [added("after-1")], { expectedVersion: 0 })
            case "schedule-1":
              return Schedule([added("schedule-1")], at)
            default:
              return [OK, AppendNext([added("list-1")]), Schedule([OrderPlaced("list-1")], at)]
          }
        },
      })
      const app = await log.app({ reactors: [actions] })
      const streams = ["ok-1", "next-1", "after-1", "schedule-1", "list-1"]
      for (const streamId of streams) await app.dispatch(AddItem(streamId, { productId: "p", quantity: 1 }))
      await app.drain()
      const counts = async () =>
        Promise.all([...streams, "other-1"].map(async (streamId) => (await app.readStream(streamId)).length))
      deepEqual(await counts(), [0, 1, 1, 0, 1, 1])
      await log.clock.advance(60_000)
      await app.drain()
      deepEqual(await counts(), [0, 1, 1, 1, 2, 1])
    })

    it("AppendAfter on a stream that has gone on handles the message again instead of failing [S27.a lesson 2]", async () => {
      const log = await openLog(backend)
      const errors: unknown[] = []
      let tries = 0
      const late = recorder("late", [AddItem], {
        history: true,
        handle: (message, { history }) => {
          tries += 1
          const version = history.filter(({ kind }) => kind === "event").length
          // It does not know better the first time.
          return AppendAfter(message.streamId, [OrderPlaced(message.streamId)], {
            expectedVersion: tries === 1 ? 0 : version,
          })
        },
        errorStrategy: (error) => {
          errors.push(error)
          return { kind: "stop" }
        },
      })
      const app = await log.app({ reactors: [late] })
      await app.dispatch(added("cart-1"))
      await app.dispatch(AddItem("cart-1", { productId: "p", quantity: 1 }))
      await app.drain()
      assertMessages(await app.readStream("cart-1"), [added("cart-1"), OrderPlaced("cart-1")])
      deepEqual([errors, tries], [[], 2])
    })

    it("RETRY in the middle of a slice stops that stream there: nothing is lost, later messages of it wait, others go on [S27.e lesson 6]", async () => {
      const log = await openLog(backend)
      let again = 2
      const handled: string[] = []
      const unsure = recorder("unsure", [ItemAdded], {
        handle: ({ streamId, version }) => {
          if (streamId === "cart-1" && version === 2 && again > 0) {
            again -= 1
            return RETRY
          }
          handled.push(`${streamId}:${version}`)
          return AppendNext([OrderPlaced(`seen-${streamId}`)])
        },
      })
      const app = await log.app({ reactors: [unsure] })
      await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1"), added("cart-1")])
      await app.appendNextToStream("cart-2", [added("cart-2"), added("cart-2")])
      await app.drain()
      deepEqual(handled.toSorted(), ["cart-1:1", "cart-2:1", "cart-2:2"])
      for (let minute = 0; minute < 3; minute += 1) {
        await log.clock.advance(60_000)
        await app.drain()
      }
      deepEqual(handled.slice(3), ["cart-1:2", "cart-1:3"])
      equal((await app.readStream("seen-cart-1")).length, 3)
    })

    it("a low-level reactor gets history with commands, replaying and a logger [S27.c lesson 4]", async () => {
      const log = await openLog(backend)
      const lines: string[] = []
      const histories: string[][] = []
      const replays: boolean[] = []
      const curious = recorder("curious", [OrderPlaced], {
        history: true,
        handle: (message, { history, replaying, logger }) => {
          histories.push(history.map(({ type }) => type))
          replays.push(replaying)
          logger.info({ streamId: message.streamId }, "placed")
        },
      })
      const say = (_facts: object, text: string): void => void lines.push(text)
      const app = await log.app({ reactors: [curious], logger: { debug() {}, info: say, warn() {}, error() {} } })
      await app.dispatch(AddItem("cart-1", { productId: "p", quantity: 1 }))
      await app.dispatch(added("cart-1"))
      await app.dispatch(OrderPlaced("cart-1"))
      await app.dispatch(added("cart-2"))
      await app.drain()
      deepEqual(histories, [["shop.add_item", "shop.item_added", "shop.order_placed"]])
      await app.resetConsumerGroup(curious)
      await app.drain()
      deepEqual(replays, [false, true])
      ok(lines.filter((line) => line === "placed").length === 2)
    })

    it("a low-level reactor that asks for no history gets an empty one [S27.c]", async () => {
      const log = await openLog(backend)
      const lengths: number[] = []
      const plain = recorder("plain", [ItemAdded], {
        handle: (_message, { history }) => void lengths.push(history.length),
      })
      const app = await log.app({ reactors: [plain] })
      await app.appendNextToStream("cart-1", [added("cart-1"), added("cart-1")])
      await app.drain()
      deepEqual(lengths, [0, 0])
    })

    it("the batch form gets a stream's messages together, and fewer results leave the rest to come again [S27.d]", async () => {
      const log = await openLog(backend)
      const sizes: number[] = []
      const copy = (quantity: number) => AddItem("copies-1", { productId: "p", quantity })
      const copier = {
        name: "copier",
        handledMessages: [ItemAdded],
        handleBatch(messages: readonly { readonly version?: number }[]) {
          sizes.push(messages.length)
          return messages.slice(0, 2).map(({ version = 0 }) => AppendNext([copy(version)]))
        },
      }
      const app = await log.app({ reactors: [copier] })
      await app.appendNextToStream(
        "cart-1",
        [1, 2, 3, 4, 5].map((quantity) => added("cart-1", quantity)),
      )
      await app.drain()
      equal(sizes[0], 5)
      assertMessages(await app.readStream("copies-1", { include: "commands" }), [1, 2, 3, 4, 5].map(copy))
    })

    it("what is produced is correlated with its cause whatever the reactor wrote [S4.a]", async () => {
      const log = await openLog(backend)
      const copier = recorder("copier", [AddItem], { handle: () => AppendNext([added("copies-1")]) })
      const app = await log.app({ reactors: [copier] })
      const cause = AddItem("cart-1", { productId: "p", quantity: 1 })
      await app.dispatch(cause)
      await app.drain()
      const [copy] = await app.readStream("copies-1")
      deepEqual([copy?.causationId, copy?.correlationId], [cause.id, cause.correlationId])
    })

    it("a Sync action without tx runs before its message is settled, again when that fails, with the same key [S27.a]", async () => {
      const log = await openLog(backend)
      const keys: string[] = []
      const outside = recorder("outside", [ItemAdded], {
        handle: () =>
          Sync(({ idempotencyKey }) => {
            keys.push(idempotencyKey)
            if (keys.length === 1) throw new Error("lost")
          }),
        errorStrategy: (_error, _message, { now }) => ({ kind: "retry", at: now + 1_000 }),
      })
      const app = await log.app({ reactors: [outside] })
      await app.dispatch(added("cart-1"))
      await app.drain()
      equal((await app.groups([outside]))[0]?.retrying, 1)
      await log.clock.advance(1_000)
      await app.drain()
      deepEqual([keys.length, new Set(keys).size, (await app.groups([outside]))[0]?.lag], [2, 1, 0])
    })
  })
}
