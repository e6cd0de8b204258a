import { deepEqual, equal } from "node:assert/strict"

import { api } from "@millrace/bus"
import { checkSchemas, describeApi, newestSchema, publishedSchemas, schemaHistory } from "@millrace/bus/schema"
import { type Logger, silentLogger } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { openBus } from "./open-bus.ts"

const Auth = api("auth", { userCreated: { username: Schema.String }, userDeleted: { username: Schema.String } })
/** The next release: one event needs a parameter more, and one is gone. */
const Next = api("auth", { userCreated: { username: Schema.String, email: Schema.String } })
const Shop = api("shop", { sold: { what: Schema.String } })

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a service publishes the schemas of its own APIs, each release once, and the store keeps them all [L12.a]", async () => {
      const log = await openLog(backend)
      await openBus(log, { service: "accounts", apis: [Auth, Shop], processName: "p1" })
      await openBus(log, { service: "accounts", apis: [Auth], processName: "p2" })
      await openBus(log, { service: "mailer", uses: [Auth], processName: "p3" })
      const reader = await openBus(log, { service: "accounts", apis: [Next], processName: "p4" })
      const published = await publishedSchemas(reader.app)
      deepEqual(
        published.map((one) => [one.api, one.version, one.service]),
        [
          ["auth", 2, "accounts"],
          ["shop", 1, "accounts"],
        ],
      )
      deepEqual(
        (await schemaHistory(reader.app, "auth")).map(({ version, publishedAt, events }) => [
          version,
          publishedAt.getTime() > 0,
          Object.keys(events),
        ]),
        [
          [1, true, ["auth.user_created", "auth.user_deleted"]],
          [2, true, ["auth.user_created"]],
        ],
      )
      deepEqual(published[1]?.events["shop.sold"]?.["properties"], { what: { type: "string" } })
    })

    it("of processes that start at once, one publishes [L12.a]", async () => {
      const log = await openLog(backend)
      const names = ["p1", "p2", "p3", "p4"]
      const buses = await Promise.all(
        names.map((processName) => openBus(log, { service: "accounts", apis: [Auth], processName })),
      )
      for (const bus of buses) equal((await newestSchema(bus.app, "auth"))?.version, 1)
    })

    it("a check tells which listeners a change breaks, and how; publishing it warns [L12.b]", async () => {
      const log = await openLog(backend)
      await openBus(log, { service: "accounts", apis: [Auth], processName: "p1" })
      const mailer = await openBus(log, { service: "mailer", uses: [Auth], processName: "p2" })
      mailer.auth.userCreated.listen(() => {}, { listenerName: "welcome" })
      mailer.auth.userDeleted.listen(() => {}, { listenerName: "goodbye" })
      await mailer.drain()
      const check = async (one: typeof Auth | typeof Next) =>
        (await checkSchemas(mailer.app, { auth: await describeApi(one) })).map(({ type, path, breaks, groups }) => [
          type,
          path,
          breaks,
          groups,
        ])
      deepEqual(await check(Auth), [])
      deepEqual(await check(Next), [
        ["auth.user_created", "email", ["stored-events"], ["mailer-welcome"]],
        ["auth.user_deleted", "", ["running-listeners"], ["mailer-goodbye"]],
      ])
      const warned: string[] = []
      const logger: Logger = { ...silentLogger, warn: (_facts, text) => void warned.push(text) }
      await openBus(log, { service: "accounts", apis: [Next], processName: "p3", logger })
      equal(warned.filter((text) => text.includes("breaks something")).length, 1)
    })
  })
}
