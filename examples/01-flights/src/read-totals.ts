import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { Evidence } from "./evidence.ts"

const AirportFigures = Schema.Struct({
  departures: Schema.Int,
  delay: Schema.Int,
  distance: Schema.Int,
  holds: Schema.Int,
  lateArrivalsExpected: Schema.Int,
})
export type AirportFigures = typeof AirportFigures.Type

const figuresIn = Schema.decodeUnknownOption(AirportFigures)

/** The projection of totals, by airport, as far as it can be read. */
export function readTotals({ totals }: Pick<Evidence, "totals">): ReadonlyMap<string, AirportFigures> {
  const found = new Map<string, AirportFigures>()
  for (const [id, value] of totals) {
    const figures = Option.getOrUndefined(figuresIn(value))
    if (figures !== undefined) found.set(id.replace(/^airport-/, ""), figures)
  }
  return found
}
