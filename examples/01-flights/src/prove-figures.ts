import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { Evidence, LoggedMessage } from "./evidence.ts"
import type { FindingList } from "./findings.ts"
import { type Plan, routeOf, type Sum, sumOf, sumsBy } from "./plan.ts"
import { readDepartures } from "./read-payload.ts"

const AirportFigures = Schema.Struct({
  departures: Schema.Int,
  delay: Schema.Int,
  distance: Schema.Int,
  holds: Schema.Int,
  lateArrivalsExpected: Schema.Int,
})
const AirportRoutes = Schema.Struct({
  id: Schema.String,
  routes: Schema.Record(Schema.String, Schema.Struct({ flights: Schema.Int, delay: Schema.Int })),
})

const figuresIn = Schema.decodeUnknownOption(AirportFigures)
const routesIn = Schema.decodeUnknownOption(AirportRoutes)

/** Departures and delays, in all, per airport and per route: the log's, the projections' and the data set's are the same. */
export function proveFigures(
  evidence: Evidence,
  departed: readonly LoggedMessage[],
  plan: Plan,
  findings: FindingList,
): void {
  const flights = readDepartures(departed, findings).map(({ message, payload }) => ({
    origin: airportOf(message.streamId),
    destination: payload.destination,
    delay: payload.delay,
  }))
  const compare = (what: string, found: Sum | undefined, expected: Sum): void => {
    findings.equal(`departures ${what}`, found?.flights, expected.flights)
    findings.equal(`delay ${what}`, found?.delay, expected.delay)
  }
  compare("in all", sumOf(flights), plan.total)
  compareAll(
    "from",
    sumsBy(flights, ({ origin }) => origin),
    plan.byAirport,
    compare,
  )
  compareAll("on", sumsBy(flights, routeOf), plan.byRoute, compare)
  compareAll("on the board on", boardSums(evidence.board, findings), plan.byRoute, compare)
  proveTotals(evidence.totals, plan, findings)
}

const NOTHING: Sum = { flights: 0, delay: 0 }

function compareAll(
  what: string,
  found: ReadonlyMap<string, Sum>,
  expected: ReadonlyMap<string, Sum>,
  compare: (what: string, found: Sum | undefined, expected: Sum) => void,
): void {
  for (const [key, sum] of expected) compare(`${what} ${key}`, found.get(key), sum)
  for (const [key, sum] of found) if (!expected.has(key)) compare(`${what} ${key}`, sum, NOTHING)
}

/** The state-stored projection: every airport that flights leave, or that was warned, has its totals, and nobody else has any. */
function proveTotals(totals: ReadonlyMap<string, unknown>, plan: Plan, findings: FindingList): void {
  const distances = Map.groupBy(plan.flights, ({ origin }) => origin)
  const holds = Map.groupBy(plan.runs, ({ origin }) => origin)
  const warnings = Map.groupBy(
    plan.runs.flatMap(({ destinations }) => destinations),
    (destination) => destination,
  )
  const airports = new Set([...plan.byAirport.keys(), ...warnings.keys()])
  for (const airport of airports) {
    const what = `of ${airport} in airport_totals`
    const found = Option.getOrUndefined(figuresIn(totals.get(`airport-${airport}`)))
    const { flights, delay } = plan.byAirport.get(airport) ?? NOTHING
    const distance = (distances.get(airport) ?? []).reduce((sum, one) => sum + one.distance, 0)
    findings.equal(`departures ${what}`, found?.departures, flights)
    findings.equal(`delay ${what}`, found?.delay, delay)
    findings.equal(`distance ${what}`, found?.distance, distance)
    findings.equal(`holds ${what}`, found?.holds, holds.get(airport)?.length ?? 0)
    findings.equal(`warnings ${what}`, found?.lateArrivalsExpected, warnings.get(airport)?.length ?? 0)
  }
  for (const id of totals.keys()) {
    if (!airports.has(airportOf(id))) findings.differs.push(`${id} in airport_totals: the data set knows nothing of it`)
  }
}

function boardSums(board: readonly unknown[], { differs }: FindingList): ReadonlyMap<string, Sum> {
  const sums = new Map<string, Sum>()
  for (const file of board) {
    const found = Option.getOrUndefined(routesIn(file))
    if (found === undefined) {
      differs.push("a file of the board of routes can not be read")
      continue
    }
    for (const [destination, sum] of Object.entries(found.routes)) {
      sums.set(routeOf({ origin: airportOf(found.id), destination }), sum)
    }
  }
  return sums
}

function airportOf(streamId: string): string {
  return streamId.replace(/^airport-/, "")
}
