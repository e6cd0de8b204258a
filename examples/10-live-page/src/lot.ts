import { actor, command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

const Bid = Schema.Struct({ bidder: Schema.NonEmptyString, cents: Schema.Int })

export const PlaceBid = command("lot.place_bid", Bid)
export const BidPlaced = event("lot.bid_placed", Bid)

/** A lot of an auction. */
export const Lot = actor("lot", () => ({ highest: 0 }))
  .event(BidPlaced, (lot, { payload }) => {
    lot.highest = payload.cents
  })
  .command(PlaceBid, (lot, { payload }, { event }) => {
    if (payload.cents <= lot.highest) throw new Error(`the highest bid is ${lot.highest}: bid more`)
    event(BidPlaced, payload)
  })
