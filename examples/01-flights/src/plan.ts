import { LATE_MINUTES, LATE_RUN, SEVERE_MINUTES } from "../rules.ts"
import type { Flight } from "./data-set.ts"

/** What a number of departures adds up to. */
export interface Sum {
  readonly flights: number
  readonly delay: number
}

/** A run of late departures: the flight that completed it, and where the late ones went. */
export interface Run {
  readonly origin: string
  readonly flight: number
  readonly destinations: readonly string[]
}

/** What must come of the flights: computed from the data set alone, with plain loops that share nothing with the reactors but the thresholds. */
export interface Plan {
  readonly flights: readonly Flight[]
  readonly total: Sum
  readonly byAirport: ReadonlyMap<string, Sum>
  /** By `origin-destination`. */
  readonly byRoute: ReadonlyMap<string, Sum>
  readonly runs: readonly Run[]
  /** Numbers of flights with a severe delay. */
  readonly severe: readonly number[]
}

export function planOf(flights: readonly Flight[]): Plan {
  return {
    flights,
    total: sumOf(flights),
    byAirport: sumsBy(flights, ({ origin }) => origin),
    byRoute: sumsBy(flights, routeOf),
    runs: runsOf(flights),
    severe: flights.flatMap(({ delay }, index) => (delay >= SEVERE_MINUTES ? [index + 1] : [])),
  }
}

export function routeOf({ origin, destination }: Pick<Flight, "origin" | "destination">): string {
  return `${origin}-${destination}`
}

/** The sums of groups of departures. */
export function sumsBy<F extends { readonly delay: number }>(
  flights: readonly F[],
  keyOf: (flight: F) => string,
): ReadonlyMap<string, Sum> {
  return new Map([...Map.groupBy(flights, keyOf)].map(([key, group]) => [key, sumOf(group)]))
}

export function sumOf(flights: readonly { readonly delay: number }[]): Sum {
  return { flights: flights.length, delay: flights.reduce((sum, { delay }) => sum + delay, 0) }
}

function runsOf(flights: readonly Flight[]): Run[] {
  const runs: Run[] = []
  const late = new Map<string, string[]>()
  for (const [index, { origin, destination, delay }] of flights.entries()) {
    const run = delay < LATE_MINUTES ? [] : [...(late.get(origin) ?? []), destination]
    if (run.length === LATE_RUN) runs.push({ origin, flight: index + 1, destinations: [...new Set(run)] })
    late.set(origin, run.length === LATE_RUN ? [] : run)
  }
  return runs
}
