import { command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

/** `n`: which of its stream it is, from 1. `at`: when it was to be sent, in milliseconds of the machine's clock. */
const Due = Schema.Struct({ n: Schema.Int, at: Schema.Number })
const Numbered = Schema.Struct({ n: Schema.Int })

export const Order = command("soak.order", Due)
export const Placed = event("soak.placed", Due)
export const Shipped = event("soak.shipped", Numbered)
export const Reminded = event("soak.reminded", Numbered)

/** Over so many streams orders are dealt in turn. */
export const STREAMS = 64
/** Of each stream every so many-th order fails at first, and every so many-th is reminded of. */
export const FAILS_EVERY = 50
export const REMINDS_EVERY = 20

/** Which stream the order of this number belongs to, and which of that stream it is. */
export function placeOf(order: number): { readonly stream: string; readonly n: number } {
  return { stream: `order-${order % STREAMS}`, n: Math.floor(order / STREAMS) + 1 }
}

/** How many of so many orders belong to a stream. */
export function ordersOf(stream: number, orders: number): number {
  return Math.floor((orders + STREAMS - 1 - stream) / STREAMS)
}
