import { deepEqual, equal, throws } from "node:assert/strict"

import { DuplicateListenerName } from "@millrace/bus"
import { actor, handler } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { ItemAdded } from "../shop.ts"
import { Auth, CompetitorPrices } from "./apis.ts"
import { openBus } from "./open-bus.ts"

const ADAM = { username: "adam", email: "adam@example.com" }

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a sync and an async handler get payload and message [L2.a L2.b]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "accounts", apis: [Auth] })
      const heard: string[] = []
      bus.auth.userCreated.listen(
        ({ username }, message) => {
          heard.push(`${username} ${message.type} ${message.streamId}`)
        },
        { listenerName: "sync" },
      )
      bus.auth.userDeleted.listen(
        async ({ username }, message, { attempt, valid }) => {
          await Promise.resolve()
          heard.push(`${username} ${message.type} ${attempt} ${valid}`)
        },
        { listenerName: "async" },
      )
      await bus.auth.userCreated.fire(ADAM)
      await bus.auth.userDeleted.fire({ username: "adam" })
      await bus.drain()
      deepEqual(heard.toSorted(), ["adam auth.user_created auth", "adam auth.user_deleted 1 true"])
    })

    it("a listener that starts from now gets what is fired from then on [L2.a]", async () => {
      const log = await openLog(backend)
      const accounts = await openBus(log, { service: "accounts", apis: [Auth] })
      await accounts.auth.userDeleted.fire({ username: "adam" })
      const heard: string[] = []
      const audit = await openBus(log, { service: "audit", uses: [Auth] })
      audit.auth.userDeleted.listen(({ username }) => void heard.push(username), {
        listenerName: "later",
        startFrom: "now",
      })
      await audit.drain()
      await accounts.auth.userDeleted.fire({ username: "eve" })
      await audit.drain()
      deepEqual(heard, ["eve"])
    })

    it("one listener serves several events, and only those [L2.c lesson 38]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "all", apis: [Auth, CompetitorPrices] })
      const heard: string[] = []
      bus.listen([bus.auth.userCreated, bus.competitor_prices.changed], (_payload, { type }) => void heard.push(type), {
        listenerName: "both",
      })
      await bus.auth.userCreated.fire(ADAM)
      await bus.auth.userDeleted.fire({ username: "adam" })
      await bus.competitor_prices.changed.fire({ competitor: "acme", price: 3 })
      await bus.drain()
      deepEqual(heard.toSorted(), ["auth.user_created", "competitor_prices.changed"])
    })

    it("a wildcard listens to every event it names [L2.d lesson 38]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "all", apis: [Auth, CompetitorPrices] })
      const heard = { api: [] as string[], pattern: [] as string[], part: [] as string[] }
      bus.auth.listen((_payload, { type }) => void heard.api.push(type), { listenerName: "api" })
      bus.listen("auth.*", (_payload, { type }) => void heard.pattern.push(type), { listenerName: "pattern" })
      bus.listen("*.user_d*", (_payload, { type }) => void heard.part.push(type), { listenerName: "part" })
      await bus.auth.userCreated.fire(ADAM)
      await bus.competitor_prices.changed.fire({ competitor: "acme", price: 3 })
      await bus.auth.userDeleted.fire({ username: "adam" })
      await bus.drain()
      const auth = ["auth.user_created", "auth.user_deleted"]
      deepEqual(heard, { api: auth, pattern: auth, part: ["auth.user_deleted"] })
    })

    it("each consumer group is named by service and listener, and gets every event [L3.a L3.b]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "price-monitor", apis: [CompetitorPrices] })
      const heard: string[] = []
      for (const listenerName of ["send_price_alerts", "update_db"])
        bus.competitor_prices.changed.listen(({ price }) => void heard.push(`${listenerName} ${price}`), {
          listenerName,
        })
      await bus.competitor_prices.changed.fire({ competitor: "acme", price: 3 })
      await bus.competitor_prices.changed.fire({ competitor: "acme", price: 4 })
      await bus.drain()
      const groups = await bus.app.groups()
      deepEqual(
        groups.map(({ group, lag }) => [group, lag]),
        [
          ["price-monitor-send_price_alerts", 0],
          ["price-monitor-update_db", 0],
        ],
      )
      deepEqual(heard.toSorted(), ["send_price_alerts 3", "send_price_alerts 4", "update_db 3", "update_db 4"])
    })

    it("two listeners of one name on one API of one service are refused, on two APIs they share a group [L3.c]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "price-monitor", apis: [CompetitorPrices, Auth] })
      const heard: string[] = []
      const listenerName = "price_listener"
      bus.competitor_prices.changed.listen((_payload, { type }) => void heard.push(type), { listenerName })
      throws(() => bus.competitor_prices.changed.listen(() => {}, { listenerName }), DuplicateListenerName)
      throws(() => bus.competitor_prices.listen(() => {}, { listenerName }), DuplicateListenerName)
      bus.auth.userDeleted.listen((_payload, { type }) => void heard.push(type), { listenerName })
      await bus.competitor_prices.changed.fire({ competitor: "acme", price: 3 })
      await bus.auth.userDeleted.fire({ username: "adam" })
      await bus.drain()
      deepEqual(heard.toSorted(), ["auth.user_deleted", "competitor_prices.changed"])
      deepEqual(
        (await bus.app.groups()).map(({ group }) => group),
        ["price-monitor-price_listener"],
      )
    })

    it("two services that share a listener's name each get every event [L3.c]", async () => {
      const log = await openLog(backend)
      const heard: string[] = []
      const accounts = await openBus(log, { service: "accounts", apis: [Auth] })
      const mailer = await openBus(log, { service: "mailer", uses: [Auth] })
      for (const bus of [accounts, mailer])
        bus.auth.userDeleted.listen(() => void heard.push(bus.service), { listenerName: "deleted" })
      await accounts.auth.userDeleted.fire({ username: "adam" })
      await accounts.drain()
      await mailer.drain()
      deepEqual(heard, ["accounts", "mailer"])
    })

    it("a listener hears an actor's event, and an actor reacts to an event of the bus [L2.c]", async () => {
      const log = await openLog(backend)
      const heard: string[] = []
      const welcome = actor("welcome", (id): { id: string } => ({ id }))
        .command("greet", Schema.Struct({ name: Schema.String }), (_state, _greet) => {})
        .event(Auth.events.userCreated, () => {})
      const telemetry = handler("telemetry").on(
        Auth.events.userCreated,
        ({ payload }) => void heard.push(payload.username),
      )
      const bus = await openBus(log, { service: "shop", apis: [Auth], reactors: [welcome, telemetry] })
      bus.listen([ItemAdded], ({ productId }) => void heard.push(productId), { listenerName: "items" })
      await bus.auth.userCreated.fire(ADAM)
      await bus.app.dispatch(ItemAdded("cart-1", { productId: "p1", quantity: 1 }))
      await bus.drain()
      deepEqual(heard.toSorted(), ["adam", "p1"])
      equal(
        (await bus.app.groups()).some(({ group }) => group === "shop-items"),
        true,
      )
    })
  })
}
