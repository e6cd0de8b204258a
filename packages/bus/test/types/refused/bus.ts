import * as Schema from "effect/Schema"
import * as z from "zod"

import { api, createBus, OnError } from "../../../src/index.ts"

const Auth = api("auth", {
  userCreated: { username: Schema.String, email: Schema.String, note: Schema.optionalKey(Schema.String) },
  seen: {},
})
const Shop = api("shop", { sold: { what: z.string(), price: z.number().optional() } })
const Whole = api("whole", { happened: Schema.Struct({ at: Schema.DateFromString }) })

const bus = await createBus({ service: "accounts", apis: [Auth, Whole], uses: [Shop] })

await bus.auth.userCreated.fire({ username: "adam", email: "adam@example.com" })
await bus.auth.userCreated.fire({ username: "adam", email: "e", note: "n" }, { key: "adam" })
await bus.auth.seen.fire()
await bus.whole.happened.fire({ at: new Date(0) })

// refused: 'password' does not exist in type
await bus.auth.userCreated.fire({ username: "adam", password: "adam@example.com" })
// refused: Property 'email' is missing in type
await bus.auth.userCreated.fire({ username: "adam" })
// refused: Type 'number' is not assignable to type 'string'.
await bus.auth.userCreated.fire({ username: 7, email: "e" })
// refused: Property 'fire' does not exist on type 'ListenableEvent<
await bus.shop.sold.fire({ what: "tea" })
// refused: Property 'userGone' does not exist on type
await bus.auth.userGone.fire({})
// refused: Property 'mail' does not exist on type
await bus.mail.sent.fire({})

// refused: Expected 2 arguments, but got 1.
bus.auth.userCreated.listen(() => {})
// refused: Property 'listenerName' is missing in type
bus.auth.userCreated.listen(() => {}, { onError: OnError.SHUTDOWN })
// refused: Property 'password' does not exist on type
bus.auth.userCreated.listen(({ password }) => void password, { listenerName: "a" })
bus.shop.sold.listen(
  ({ what, price }) => {
    const text: string = what
    // refused: Type 'number | undefined' is not assignable to type 'number'.
    const amount: number = price
  },
  { listenerName: "sold" },
)
bus.listen(
  [bus.auth.userCreated, bus.shop.sold],
  (_payload, message) => {
    // refused: This comparison appears to be unintentional
    if (message.type === "auth.seen") return
    if (message.type === "shop.sold") message.payload.what.trim()
  },
  { listenerName: "both" },
)

// refused: can not be stored as JSON
api("bad", { happened: { at: z.date() } })
// refused: Type 'number' is not assignable to type
api("bad", { happened: { at: 7 } })
// refused: Object literal may only specify known properties
await createBus({ service: "a", owns: [Auth] })
