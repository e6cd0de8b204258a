import { deepEqual, equal, rejects } from "node:assert/strict"

import { api, type ApisOptions } from "@millrace/bus"
import { type AnyApp, DefinitionError, InvalidPayload } from "@millrace/core"
import * as Schema from "effect/Schema"
import { describe, it } from "vitest"
import * as z from "zod"

import { backends } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { fireLoosely } from "./loosely.ts"
import { openBus } from "./open-bus.ts"

const Auth = api("auth", { userCreated: { username: Schema.String }, userDeleted: { username: Schema.String } })
/** A newer release of it, which knows one parameter more. */
const Newer = api("auth", { userCreated: { username: Schema.String, email: Schema.String } })

const PARKED = { onError: { kind: "park" } } as const

async function heardBy(log: TestLog, settings: ApisOptions): Promise<readonly unknown[]> {
  const bus = await openBus(log, { service: "mailer", uses: [Auth], settings })
  const heard: unknown[] = []
  bus.auth.userCreated.listen(
    (payload, _message, { valid, errors }) => void heard.push([payload, valid, errors.map(({ path }) => path)]),
    { listenerName: "welcome" },
  )
  await bus.drain()
  const parked = (await bus.app.deadLetters()).map(({ key }) => `parked ${key}`)
  return [...heard, ...parked]
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("outgoing validation is set per API over the default [L7.a]", async () => {
      const log = await openLog(backend)
      const Other = api("other", { happened: { what: Schema.String } })
      const settings = { default: { validate: { outgoing: true } }, auth: { validate: { outgoing: false } } }
      const bus = await openBus(log, { service: "accounts", apis: [Auth, Other], settings })
      await fireLoosely(bus.auth.userCreated, { username: 7 })
      await rejects(fireLoosely(bus.other.happened, { what: 7 }), InvalidPayload)
      deepEqual(
        (await bus.app.readStream("auth")).map(({ payload }) => payload),
        [{ username: 7 }],
      )
    })

    it("incoming validation sends an invalid event to the policy, and without it the event is handled and marked [L7.a L7.c]", async () => {
      const log = await openLog(backend)
      const accounts = await openBus(log, {
        service: "accounts",
        apis: [Auth],
        settings: { auth: { validate: false } },
      })
      await fireLoosely(accounts.auth.userCreated, { username: 7 })
      deepEqual(await heardBy(log, { default: { ...PARKED, validate: { incoming: false } } }), [
        [{ username: 7 }, false, ["username"]],
      ])
      const other = await openLog(backend)
      const others = await openBus(other, {
        service: "accounts",
        apis: [Auth],
        settings: { auth: { validate: false } },
      })
      await fireLoosely(others.auth.userCreated, { username: 7 })
      deepEqual(await heardBy(other, { default: PARKED }), ["parked auth"])
    })

    it("strict refuses parameters that the definition does not know, otherwise a newer release may add them [L7.b]", async () => {
      for (const [strict, expected] of [
        [false, [[{ username: "adam" }, true, []]]],
        [true, ["parked auth"]],
      ] as const) {
        const log = await openLog(backend)
        const accounts = await openBus(log, { service: "accounts", apis: [Newer] })
        await accounts.auth.userCreated.fire({ username: "adam", email: "adam@example.com" })
        deepEqual(await heardBy(log, { default: { ...PARKED, strict } }), expected)
      }
    })

    it("an API of Standard Schemas is validated on both sides, and one that does not take its own output is refused [L7.a]", async () => {
      const log = await openLog(backend)
      const Shop = api("shop", { sold: { what: z.string(), price: z.coerce.number() } })
      const Bad = api("bad", { happened: { length: z.string().transform((text) => text.length) } })
      const bus = await openBus(log, { service: "shop", apis: [Shop, Bad], settings: { default: PARKED } })
      const heard: unknown[] = []
      bus.shop.sold.listen((payload) => void heard.push(payload), { listenerName: "sold" })
      await bus.shop.sold.fire({ what: "tea", price: "3" })
      await rejects(bus.bad.happened.fire({ length: "four" }), DefinitionError)
      await bus.drain()
      deepEqual(heard, [{ what: "tea", price: 3 }])
    })

    it("per_api keeps one order for the API, per_event one for each event, a key one for each entity [L9.a L9.b]", async () => {
      const streams = async (settings: ApisOptions, key?: string): Promise<readonly string[]> => {
        const log = await openLog(backend)
        const bus = await openBus(log, { service: "accounts", apis: [Auth], settings })
        const options = key === undefined ? {} : { key }
        await bus.auth.userCreated.fire({ username: "adam" }, options)
        await bus.auth.userDeleted.fire({ username: "adam" }, options)
        const streams = (await bus.app.recentStreams()).map(({ streamId }) => streamId)
        return streams.filter((id) => !id.startsWith("millrace.")).toSorted()
      }
      deepEqual(await streams({}), ["auth"])
      deepEqual(await streams({ auth: { streamUse: "per_event" } }), ["auth.user_created", "auth.user_deleted"])
      deepEqual(await streams({}, "adam"), ["auth-adam"])
      deepEqual(await streams({ default: { streamUse: "per_event" } }, "adam"), [
        "auth.user_created-adam",
        "auth.user_deleted-adam",
      ])
    })

    it("a failing entity does not hold up another one [L9.b]", async () => {
      const log = await openLog(backend)
      const bus = await openBus(log, { service: "accounts", apis: [Auth], settings: { default: PARKED } })
      const heard: string[] = []
      bus.auth.userCreated.listen(
        ({ username }) => {
          if (username === "adam") throw new Error("boom")
          heard.push(username)
        },
        { listenerName: "welcome" },
      )
      for (const username of ["adam", "eve", "adam", "eve"])
        await bus.auth.userCreated.fire({ username }, { key: username })
      await bus.drain()
      deepEqual(heard, ["eve", "eve"])
      deepEqual(
        (await bus.app.deadLetters()).map(({ key }) => key),
        ["auth-adam"],
      )
    })

    it("batch_size bounds what one claim hands out [L9.c]", async () => {
      for (const [batchSize, most] of [
        [1, 1],
        [3, 3],
      ] as const) {
        const log = await openLog(backend)
        const sizes: number[] = []
        const backendOf = await log.connect()
        const counted = interceptBackend(backendOf, async ({ method, run }) => {
          const answer: unknown = await run()
          if (method === "claim") sizes.push(messagesIn(answer))
          return answer
        })
        const bus = await openBus(log, {
          service: "accounts",
          apis: [Auth],
          backend: counted,
          settings: { auth: { batchSize } },
        })
        bus.auth.userCreated.listen(() => {}, { listenerName: "welcome" })
        for (let n = 0; n < 6; n += 1) await bus.auth.userCreated.fire({ username: `user${n}` })
        await bus.drain()
        equal(Math.max(...sizes), most)
        equal(
          sizes.reduce((sum, one) => sum + one, 0),
          6,
        )
      }
    })

    it("max_stream_length keeps the newest of an API's events, those of its entities together, once they are settled, and null keeps all [L9.d]", async () => {
      const log = await openLog(backend)
      const Other = api("other", { happened: { what: Schema.String } })
      const max_stream_length = 3
      const apis = {
        default: { event_transport: { memory: { max_stream_length } } },
        other: { event_transport: { memory: { max_stream_length: null } } },
      }
      const bus = await openBus(log, { service: "accounts", apis: [Auth, Other], config: { apis } })
      const heard: string[] = []
      bus.auth.userCreated.listen(({ username }) => void heard.push(username), { listenerName: "welcome" })
      const names = Array.from({ length: 14 }, (_, n) => `user${n}`)
      for (const [n, username] of names.entries()) {
        await bus.auth.userCreated.fire({ username }, n % 3 === 0 ? {} : { key: `of-${n % 3}` })
        await bus.other.happened.fire({ what: username })
      }
      await bus.drain()
      deepEqual(heard.toSorted(), names.toSorted())
      deepEqual(await firedIn(bus.app, "auth."), [
        { username: "user11" },
        { username: "user12" },
        { username: "user13" },
      ])
      equal((await firedIn(bus.app, "other.")).length, 14)
      const { trimmed, trimmedTo } = await bus.app.stats()
      deepEqual([trimmed.map(({ category, removed }) => [category, removed]), trimmedTo], [[["auth", 11]], 0])
      const versions = (await bus.app.readStream("auth")).map(({ version }) => version)
      await bus.auth.userCreated.fire({ username: "next" })
      deepEqual([versions, (await bus.app.readStream("auth")).at(-1)?.version], [[5], 6])
    })

    it("max_stream_length never removes what a group has not settled; a person may, by force [L9.d]", async () => {
      const log = await openLog(backend)
      const settings = { auth: { maxStreamLength: 2, streamUse: "per_event" } } as const
      const slow = await openBus(log, { service: "slow", uses: [Auth] })
      slow.auth.userCreated.listen(() => {}, { listenerName: "mailer" })
      await slow.drain()
      const bus = await openBus(log, { service: "accounts", apis: [Auth], settings })
      const fire = async (): Promise<void> => {
        for (let n = 0; n < 5; n += 1) {
          await bus.auth.userCreated.fire({ username: `user${n}` })
          await bus.auth.userDeleted.fire({ username: `user${n}` })
        }
        await bus.drain()
      }
      const lengths = async (): Promise<readonly number[]> =>
        Promise.all(
          ["auth.user_created", "auth.user_deleted"].map(async (type) => (await firedIn(bus.app, type)).length),
        )
      await fire()
      deepEqual(await lengths(), [5, 2])
      await slow.drain()
      await fire()
      deepEqual(await lengths(), [5, 2])
      const forced = await bus.app.trimCategory("auth.user_created", { keep: 2, force: true })
      deepEqual([forced.removed, forced.heldBackBy], [3, []])
      const [group] = await bus.app.groups(["slow-mailer"])
      deepEqual([group?.skipped, group?.lag], [3, 2])
    })

    it("small batches follow one another without the poll, though other workers found their stream taken [L9.c lesson 44]", async () => {
      const log = await openLog(backend)
      let looked = Promise.withResolvers<void>()
      const watched = interceptBackend(await log.connect(), async ({ method, run }) => {
        const answer: unknown = await run()
        if (method === "claim" && isIdle(answer)) looked.resolve()
        return answer
      })
      const settings = { auth: { batchSize: 1 } }
      const bus = await openBus(log, { service: "accounts", apis: [Auth], backend: watched, settings })
      const heard: string[] = []
      const all = Promise.withResolvers<void>()
      bus.auth.userCreated.listen(
        async ({ username }) => {
          await looked.promise
          looked = Promise.withResolvers()
          if (heard.push(username) === 4) all.resolve()
        },
        { listenerName: "welcome" },
      )
      for (let n = 0; n < 4; n += 1) await bus.auth.userCreated.fire({ username: `user${n}` })
      await bus.start({ concurrency: 2 })
      // The clock stands still: nothing that waits for a timer gets there.
      await all.promise
      deepEqual(heard, ["user0", "user1", "user2", "user3"])
    })
  })
}

function isIdle(claimed: unknown): boolean {
  return typeof claimed === "object" && claimed !== null && "kind" in claimed && claimed.kind === "idle"
}

/** How many messages a claim handed out. */
function messagesIn(claimed: unknown): number {
  if (typeof claimed !== "object" || claimed === null || !("messages" in claimed)) return 0
  return Array.isArray(claimed.messages) ? claimed.messages.length : 0
}

/** What the log holds of an API's events, or of one event. */
async function firedIn(app: AnyApp, type: string): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for await (const message of app.readLog()) if (message.type.startsWith(type)) found.push(message.payload)
  return found
}
