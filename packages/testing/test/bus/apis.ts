import { api } from "@millrace/bus"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** Who is who: each event names a user. */
export const Auth = api("auth", {
  userCreated: { username: Schema.String, email: Schema.String },
  userUpdated: { username: Schema.String, newEmail: Schema.String },
  userDeleted: { username: Schema.String },
})

export const CompetitorPrices = api("competitor_prices", {
  changed: { competitor: Schema.String, price: Schema.Finite },
})

export const Mail = api("mail", {
  sent: {
    to: Schema.String,
    attempts: Schema.Int.pipe(Schema.withConstructorDefault(Effect.succeed(1))),
    note: Schema.optionalKey(Schema.String),
  },
  serverSeen: {},
})
