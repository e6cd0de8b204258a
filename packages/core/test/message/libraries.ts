import { type } from "arktype"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as v from "valibot"
import * as z from "zod"

import { command } from "../../src/index.ts"

/** One command in each schema library: a lax quantity for forms (1 when left out), a price that must be whole. */
export const libraries = [
  {
    name: "Effect Schema",
    AddItem: command(
      "carts.add_item",
      Schema.Struct({
        productId: Schema.String,
        price: Schema.Union([Schema.Int, Schema.NumberFromString.check(Schema.isInt())]),
        quantity: Schema.Int.pipe(
          Schema.withDecodingDefaultKey(Effect.succeed(1)),
          Schema.withConstructorDefault(Effect.succeed(1)),
        ),
      }),
    ),
  },
  {
    name: "Zod",
    AddItem: command(
      "carts.add_item",
      z.object({ productId: z.string(), price: z.coerce.number().int(), quantity: z.number().int().default(1) }),
    ),
  },
  {
    name: "Valibot",
    AddItem: command(
      "carts.add_item",
      v.object({
        productId: v.string(),
        price: v.pipe(v.union([v.number(), v.pipe(v.string(), v.transform(Number))]), v.integer()),
        quantity: v.optional(v.pipe(v.number(), v.integer()), 1),
      }),
    ),
  },
  {
    name: "ArkType",
    AddItem: command(
      "carts.add_item",
      type({ productId: "string", price: "number.integer | string.integer.parse", quantity: "number.integer = 1" }),
    ),
  },
]
