import { command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

const Amount = Schema.Struct({ amount: Schema.Int })
const Of = Schema.Struct({ of: Schema.Int })

export const Open = command("chaos.open", Amount)
export const Transfer = command("chaos.transfer", Schema.Struct({ amount: Schema.Int, to: Schema.String }))
export const Receive = command("chaos.receive", Amount)
export const Opened = event("chaos.opened", Amount)
export const Sent = event("chaos.sent", Schema.Struct({ amount: Schema.Int, to: Schema.String }))
export const Declined = event("chaos.declined", Amount)
export const Received = event("chaos.received", Amount)

/** Appended by clients on a version of their own: `n` is the version they expect it to get. */
export const Counted = event("chaos.counted", Schema.Struct({ n: Schema.Int }))

/** `trouble`: how handling it goes. `twice`: it fails twice; `always`: until somebody has mended what is broken. */
export const Parcel = event(
  "chaos.parcel",
  Schema.Struct({ trouble: Schema.Literals(["none", "twice", "always"]), n: Schema.Int }),
)

/** Scheduled by clients; `due` is the instant that they asked for. */
export const Ring = event("chaos.ring", Schema.Struct({ due: Schema.Int }))

/** What reactors make of the message at position `of`. */
export const Mirrored = event("chaos.mirrored", Of)
export const Booked = event("chaos.booked", Of)
export const Tallied = event("chaos.tallied", Of)
export const Delivered = event("chaos.delivered", Of)
export const Rung = event("chaos.rung", Of)
export const Greeted = event("chaos.greeted", Of)
/** Scheduled by a reactor for `due`. */
export const Reminded = event("chaos.reminded", Schema.Struct({ of: Schema.Int, due: Schema.Int }))
