import * as Schema from "effect/Schema"
import * as z from "zod"

import { command, event } from "../../../src/index.ts"
import { AddItem, Emptied } from "./shop.ts"

// refused: Type 'string' is not assignable to type 'number'.
AddItem("cart-1", { productId: "p1", price: "1000" })

// refused: Property 'price' is missing in type '{ productId: string; }' but required in type
AddItem("cart-1", { productId: "p1" })

// refused: 'quantity' does not exist in type
AddItem("cart-1", { productId: "p1", price: 1, quantity: 2 })

// refused: Expected 2 arguments, but got 1.
AddItem("cart-1")

// refused: Expected 1 arguments, but got 2.
Emptied("cart-1", { why: "no reason" })

// refused: the output of this schema can not be stored as JSON: let it put out strings, numbers, booleans, null, arrays and plain objects, or use an Effect Schema, which encodes Dates and the like
command("trips.book", z.object({ at: z.date() }))

// refused: the output of this schema can not be stored as JSON
event("trips.counted", z.object({ deep: z.array(z.object({ seats: z.bigint() })) }))

// refused: 'productId' does not exist in type 'PayloadSchema'.
command("carts.no_schema", { productId: "string" })

// refused: Cannot assign to 'productId' because it is a read-only property.
AddItem("cart-1", { productId: "p1", price: 1 }).payload.productId = "p2"

// refused: Property 'name' does not exist on type '{ readonly productId: string; readonly price: number; }'.
AddItem("cart-1", { productId: "p1", price: 1 }).payload.name

const parsed = AddItem.parse("cart-1", {})
// refused: Property 'id' does not exist on type
parsed.message.id

/** These are fine: nothing in them is refused. */
export const fine = [
  command("trips.plan", Schema.Struct({ at: Schema.Date, seats: Schema.BigInt })),
  event(
    "trips.noted",
    z.object({ note: z.string().optional(), any: z.unknown(), tags: z.record(z.string(), z.number()) }),
  ),
  parsed.ok ? parsed.message.id : parsed.errors,
]
