import { deepEqual, equal, match, ok, rejects } from "node:assert/strict"

import { NotOwner } from "@millrace/bus"
import { InvalidPayload, type StoredMessage } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { Auth, Mail } from "./apis.ts"
import { fireLoosely } from "./loosely.ts"
import { openBus } from "./open-bus.ts"

const ADAM = { username: "adam", email: "adam@example.com" }

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("fire resolves once the event is stored, whoever listens and however slowly [L1.b]", async () => {
      const log = await openLog(backend)
      const accounts = await openBus(log, { service: "accounts", apis: [Auth] })
      const held = Promise.withResolvers<void>()
      accounts.auth.userCreated.listen(() => held.promise, { listenerName: "slow" })
      equal(await accounts.auth.userCreated.fire(ADAM), undefined)
      const stored = await accounts.app.readStream("auth")
      deepEqual(
        stored.map(({ type, payload }) => [type, payload]),
        [["auth.user_created", ADAM]],
      )
      held.resolve()
    })

    it("wrong, missing and unknown parameters are named and nothing is stored [L1.c]", async () => {
      const log = await openLog(backend)
      const accounts = await openBus(log, { service: "accounts", apis: [Auth] })
      const wrong: unknown = { username: 7, password: "adam@example.com" }
      await rejects(fireLoosely(accounts.auth.userCreated, wrong), (error) => {
        ok(error instanceof InvalidPayload)
        deepEqual(error.errors.map(({ path }) => path).toSorted(), ["email", "password", "username"])
        match(error.message, /password: no such parameter: there is username, email/)
        return true
      })
      deepEqual(await accounts.app.readStream("auth"), [])
    })

    it("a service that uses an API is refused when it fires [L1.d]", async () => {
      const log = await openLog(backend)
      const mailer = await openBus(log, { service: "mailer", uses: [Auth] })
      await rejects(fireLoosely(mailer.auth.userCreated, ADAM), NotOwner)
      deepEqual(await mailer.app.readStream("auth"), [])
    })

    it("defaults are filled in, optional parameters may be left out, and an event may have none [L1.b]", async () => {
      const log = await openLog(backend)
      const mailer = await openBus(log, { service: "mailer", apis: [Mail] })
      await mailer.mail.sent.fire({ to: "adam" })
      await mailer.mail.sent.fire({ to: "eve", attempts: 2, note: "again" })
      await mailer.mail.serverSeen.fire()
      const stored = await mailer.app.readStream("mail")
      deepEqual(
        stored.map(({ payload }) => payload),
        [{ to: "adam", attempts: 1 }, { to: "eve", attempts: 2, note: "again" }, {}],
      )
    })

    it("what a handler fires is stored with its acknowledgement, in one commit [L5.a]", async () => {
      const log = await openLog(backend)
      const mailer = await openBus(log, { service: "mailer", apis: [Mail], uses: [Auth] })
      const accounts = await openBus(log, { service: "accounts", apis: [Auth] })
      const during: (readonly StoredMessage[])[] = []
      mailer.auth.userCreated.listen(
        async ({ email }) => {
          await mailer.mail.sent.fire({ to: email })
          during.push(await accounts.app.readStream("mail"))
        },
        { listenerName: "welcome" },
      )
      await accounts.auth.userCreated.fire(ADAM)
      await mailer.drain()
      deepEqual(during, [[]])
      const [created] = await accounts.app.readStream("auth")
      const [sent] = await accounts.app.readStream("mail")
      deepEqual(
        [sent?.payload, sent?.causationId, sent?.correlationId],
        [{ to: ADAM.email, attempts: 1 }, created?.id, created?.correlationId],
      )
    })

    it("a fire that fails inside a handler fails the handler, even when nobody awaited it [L5.b lesson 32]", async () => {
      const log = await openLog(backend)
      const mailer = await openBus(log, { service: "mailer", apis: [Mail], uses: [Auth], settings: parking })
      const accounts = await openBus(log, { service: "accounts", apis: [Auth] })
      mailer.auth.userCreated.listen(
        () => {
          void fireLoosely(mailer.mail.sent, { to: 7 }).catch(() => {})
        },
        { listenerName: "welcome" },
      )
      await accounts.auth.userCreated.fire(ADAM)
      await mailer.drain()
      const [letter] = await mailer.app.deadLetters()
      deepEqual([letter?.group, letter?.key], ["mailer-welcome", "auth"])
      match(letter?.error ?? "", /mail\.sent/)
      deepEqual(await accounts.app.readStream("mail"), [])
    })

    it("a handler that fails after it fired leaves nothing behind [L5.a lesson 32]", async () => {
      const log = await openLog(backend)
      const mailer = await openBus(log, { service: "mailer", apis: [Mail], uses: [Auth], settings: parking })
      const accounts = await openBus(log, { service: "accounts", apis: [Auth] })
      mailer.auth.userCreated.listen(
        async ({ email }) => {
          await mailer.mail.sent.fire({ to: email })
          throw new Error("no connection")
        },
        { listenerName: "welcome" },
      )
      await accounts.auth.userCreated.fire(ADAM)
      await mailer.drain()
      deepEqual(await accounts.app.readStream("mail"), [])
    })

    it("an event fired with a date is stored then [L1.b]", async () => {
      const log = await openLog(backend)
      const mailer = await openBus(log, { service: "mailer", apis: [Mail] })
      await mailer.mail.sent.fire({ to: "adam" }, { at: new Date(log.clock.now() + 60_000) })
      deepEqual(await mailer.app.readStream("mail"), [])
      await log.clock.advance(60_000)
      await mailer.drain()
      equal((await mailer.app.readStream("mail")).length, 1)
    })
  })
}

const parking = { default: { onError: { kind: "park" } } } as const
