import * as Schema from "effect/Schema"

import { event } from "../../../src/index.ts"

const InEuros = Schema.Struct({ euros: Schema.Number })
const InCents = Schema.Struct({ cents: Schema.Int })
const Named = Schema.Struct({ cents: Schema.Int, name: Schema.String })

// refused: Property 'name' is missing in type '{ cents: number; }' but required in type
event("bills.paid", Named).from(InCents, ({ cents }) => ({ cents }))

// refused: Property 'cents' does not exist on type '{ readonly euros: number; }'.
event("bills.paid", InCents).from(InEuros, ({ cents }) => ({ cents }))

const twice = event("bills.paid", Named).from(InCents, ({ cents }) => ({ cents, name: "none" }))
// refused: Property 'cents' is missing in type '{ name: string; }' but required in type '{ readonly cents: number; }'.
twice.from(InEuros, ({ euros }) => ({ name: `${euros}` }))
