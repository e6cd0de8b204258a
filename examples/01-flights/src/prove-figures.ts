import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { Evidence, LoggedMessage } from "./evidence.ts"
import type { FindingList } from "./findings.ts"
import { type Plan, routeOf, type Sum, sumOf, sumsBy } from "./plan.ts"
import { readDepartures } from "./read-payload.ts"
import { type AirportFigures, readTotals } from "./read-totals.ts"

const AirportRoutes = Schema.Struct({
  id: Schema.String,
  routes: Schema.Record(Schema.String, Schema.Struct({ flights: Schema.Int, delay: Schema.Int })),
})

const routesIn = Schema.decodeUnknownOption(AirportRoutes)

/** Departures and delays, in all, per airport and per route: the log's, the projections' and the data set's are the same. */
export function proveFigures(
  evidence: Evidence,
  ofType: (type: string) => readonly LoggedMessage[],
  plan: Plan,
  findings: FindingList,
): void {
  const flights = readDepartures(ofType("flight.departed"), findings).map(({ message, payload }) => ({
    origin: airportOf(message.streamId),
    destination: payload.destination,
    delay: payload.delay,
  }))
  const compare = (what: string, found: Sum | undefined, expected: Sum): void => {
    findings.equal(`departures ${what}`, found?.flights, expected.flights)
    findings.equal(`delay ${what}`, found?.delay, expected.delay)
  }
  const total = sumOf(flights)
  const byAirport = sumsBy(flights, ({ origin }) => origin)
  const byRoute = sumsBy(flights, routeOf)
  const board = boardSums(evidence.board, findings)
  const totals = readTotals(evidence)
  compare("in all", total, plan.total)
  compareAll("from", byAirport, plan.byAirport, compare)
  compareAll("on", byRoute, plan.byRoute, compare)
  compareAll("on the board on", board, plan.byRoute, compare)
  proveTotals(totals, plan, findings)

  const projected = [...totals.values()]
  const sum = (figure: keyof AirportFigures): number => projected.reduce((all, one) => all + one[figure], 0)
  const same = (found: ReadonlyMap<string, Sum>, expected: ReadonlyMap<string, Sum>): number =>
    [...expected].filter(([key, { flights: count, delay }]) => {
      const one = found.get(key)
      return one?.flights === count && one.delay === delay
    }).length
  const warnings = plan.runs.reduce((all, { destinations }) => all + destinations.length, 0)
  findings.figures.push(
    { what: "departures", dataSet: plan.total.flights, log: total.flights, projections: sum("departures") },
    { what: "sum of delays, minutes", dataSet: plan.total.delay, log: total.delay, projections: sum("delay") },
    {
      what: "airports with these figures",
      dataSet: plan.byAirport.size,
      log: same(byAirport, plan.byAirport),
      projections: same(new Map([...totals].map(([id, one]) => [id, sumIn(one)])), plan.byAirport),
    },
    {
      what: "routes with these figures",
      dataSet: plan.byRoute.size,
      log: same(byRoute, plan.byRoute),
      projections: same(board, plan.byRoute),
    },
    {
      what: "holds after a run of late flights",
      dataSet: plan.runs.length,
      log: ofType("airport.departures_held").length,
      projections: sum("holds"),
    },
    {
      what: "warnings to their destinations",
      dataSet: warnings,
      log: ofType("airport.late_arrivals_expected").length,
      projections: sum("lateArrivalsExpected"),
    },
    { what: "severe delays told", dataSet: plan.severe.length, log: ofType("telemetry.severe_delay").length },
  )
}

function sumIn({ departures, delay }: AirportFigures): Sum {
  return { flights: departures, delay }
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
function proveTotals(totals: ReadonlyMap<string, AirportFigures>, plan: Plan, findings: FindingList): void {
  const distances = Map.groupBy(plan.flights, ({ origin }) => origin)
  const holds = Map.groupBy(plan.runs, ({ origin }) => origin)
  const warnings = Map.groupBy(
    plan.runs.flatMap(({ destinations }) => destinations),
    (destination) => destination,
  )
  const airports = new Set([...plan.byAirport.keys(), ...warnings.keys()])
  for (const airport of airports) {
    const what = `of ${airport} in airport_totals`
    const found = totals.get(airport)
    const { flights, delay } = plan.byAirport.get(airport) ?? NOTHING
    const distance = (distances.get(airport) ?? []).reduce((sum, one) => sum + one.distance, 0)
    findings.equal(`departures ${what}`, found?.departures, flights)
    findings.equal(`delay ${what}`, found?.delay, delay)
    findings.equal(`distance ${what}`, found?.distance, distance)
    findings.equal(`holds ${what}`, found?.holds, holds.get(airport)?.length ?? 0)
    findings.equal(`warnings ${what}`, found?.lateArrivalsExpected, warnings.get(airport)?.length ?? 0)
  }
  for (const airport of totals.keys()) {
    if (!airports.has(airport)) findings.differs.push(`${airport} in airport_totals: the data set knows nothing of it`)
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
