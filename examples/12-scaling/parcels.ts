import { event, handler } from "@millrace/core"
import * as Schema from "effect/Schema"

/** A parcel that waits at a door: parcels of one door are carried in their order. */
export const ParcelPosted = event("door.parcel_posted", Schema.Struct({ number: Schema.Int }))
export const ParcelCarried = event(
  "carrier.parcel_carried",
  Schema.Struct({ door: Schema.String, number: Schema.Int, carrier: Schema.String }),
)

/** How long a parcel takes: an answer from elsewhere, in which the process could do other things. */
const CARRY_MS = 20

/** Carries parcels, and notes in the same write who did. */
export const carry = (carrier: string) =>
  handler("carry").on(ParcelPosted, async ({ streamId, payload: { number } }) => {
    await new Promise((resolve) => setTimeout(resolve, CARRY_MS))
    return ParcelCarried(`carrier-${carrier}`, { door: streamId, number, carrier })
  })
