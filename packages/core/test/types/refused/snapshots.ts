import * as Schema from "effect/Schema"
import * as z from "zod"

import { actor } from "../../../src/index.ts"

interface State {
  total: number
  tags: string[]
  last?: string
}
const begin = (): State => ({ total: 0, tags: [] })

const Fits = Schema.Struct({
  total: Schema.Number,
  tags: Schema.Array(Schema.String),
  last: Schema.optional(Schema.String),
})
const FitsZod = z.object({ total: z.number(), tags: z.array(z.string()), last: z.string().optional() })

// refused: "the actor's state does not fit this schema: describe the state as it is"
actor("meter", begin, { snapshot: { version: 1, schema: Schema.Struct({ total: Schema.String }) } })

// refused: "this schema gives back something else than the actor's state: describe every field of it"
actor("meter", begin, { snapshot: { version: 1, schema: Schema.Struct({ total: Schema.Number }) } })

// refused: "the output of this schema can not be stored as JSON
actor("meter", () => ({ at: new Date(0) }), { snapshot: { version: 1, schema: z.object({ at: z.date() }) } })

// refused: Property 'version' is missing in type
actor("meter", begin, { snapshot: { schema: Fits } })

/** These are fine: nothing in them is refused. */
export const fine = [
  actor("meter", begin, { snapshot: { version: 1, every: 100, schema: Fits } }).create("meter-1").state.total,
  actor("meter", begin, { snapshot: { version: 1, schema: FitsZod } }).create("meter-1").state.tags,
  actor("meter", () => ({ at: new Date(0) }), {
    snapshot: { version: 1, schema: Schema.Struct({ at: Schema.Date }) },
  }).create("meter-1").state.at,
]
