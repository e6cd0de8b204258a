import { readFile } from "node:fs/promises"

import * as Schema from "effect/Schema"

const Flight = Schema.Struct({
  date: Schema.String,
  delay: Schema.Int,
  distance: Schema.Int,
  origin: Schema.String,
  destination: Schema.String,
})

/** A row of the data set: a flight within the United States in the first quarter of 2001. Delays are minutes, distances miles. */
export type Flight = typeof Flight.Type

/** How many rows the data set has. */
export const FLIGHTS = 20_000

/** The first `count` rows, in order of date. */
export async function loadFlights(count: number): Promise<readonly Flight[]> {
  const text = await readFile(new URL("../data/flights-20k.json", import.meta.resolve("vega-datasets")), "utf8")
  return Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Array(Flight)))(text).slice(0, count)
}
