import { api } from "@millrace/bus"
import * as Schema from "effect/Schema"

export const CompetitorPrices = api("competitor_prices", {
  changed: { competitor: Schema.String, product: Schema.String, price: Schema.Finite },
})
