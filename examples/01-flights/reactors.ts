import { actor, handler, projector } from "@millrace/core"

import {
  DepartFlight,
  DeparturesHeld,
  ExpectLateArrivals,
  FlightDeparted,
  HoldDepartures,
  LateArrivalsExpected,
  SevereDelay,
} from "./messages.ts"
import { HOLD_AFTER_MS, LATE_MINUTES, LATE_RUN, SEVERE_MINUTES } from "./rules.ts"
import { type AirportRoutes, writeRoutes } from "./src/route-board.ts"

interface AirportState {
  readonly id: string
  /** Destinations of the late departures in a row, at most `LATE_RUN`. */
  lateRun: string[]
}

/** An airport decides every departure, and after a run of late ones holds departures and warns those whose flights are late. */
export const Airport = actor("airport", (id): AirportState => ({ id, lateRun: [] }))
  .event(FlightDeparted, (airport, { payload: { late, destination } }) => {
    if (!late || airport.lateRun.length === LATE_RUN) airport.lateRun = []
    if (late) airport.lateRun.push(destination)
  })
  .event(DeparturesHeld)
  .event(LateArrivalsExpected)
  .command(DepartFlight, (_, { payload }, { event }) => {
    event(FlightDeparted, { ...payload, late: payload.delay >= LATE_MINUTES })
  })
  .command(HoldDepartures, (_, { payload }, { event }) => {
    event(DeparturesHeld, payload)
  })
  .command(ExpectLateArrivals, (_, { payload }, { event }) => {
    event(LateArrivalsExpected, payload)
  })
  .reaction(FlightDeparted, ({ id, lateRun }, { payload: { flight } }, { dispatch }) => {
    if (lateRun.length < LATE_RUN) return
    dispatch(HoldDepartures, { flight }).at(new Date(Date.now() + HOLD_AFTER_MS))
    for (const destination of new Set(lateRun)) {
      dispatch(ExpectLateArrivals, { flight, origin: id }).to(`airport-${destination}`)
    }
  })

interface AirportFigures {
  departures: number
  delay: number
  distance: number
  holds: number
  lateArrivalsExpected: number
}

/** Totals per airport, kept in Millrace: stored in the very write that says how far the projector has got. */
export const AirportTotals = projector
  .stateStored("airport_totals", (): AirportFigures => {
    return { departures: 0, delay: 0, distance: 0, holds: 0, lateArrivalsExpected: 0 }
  })
  .event(FlightDeparted, (totals, { payload }) => {
    totals.departures += 1
    totals.delay += payload.delay
    totals.distance += payload.distance
  })
  .event(DeparturesHeld, (totals) => {
    totals.holds += 1
  })
  .event(LateArrivalsExpected, (totals) => {
    totals.lateArrivalsExpected += 1
  })

/** Routes per airport, rebuilt from its history and written to a file outside of Millrace: whole each time, so that writing it twice does no harm. */
export const Routes = projector
  .eventSourced("airport_routes", (id): AirportRoutes => ({ id, routes: {} }))
  .event(FlightDeparted, ({ routes }, { payload: { destination, delay } }) => {
    const { flights, delay: before } = routes[destination] ?? { flights: 0, delay: 0 }
    routes[destination] = { flights: flights + 1, delay: before + delay }
  })
  .sync(({ state }) => writeRoutes(state))

/** Severe delays of all airports, counted by day: the version of the stream `telemetry-2001-01-31` is the count of that day. */
export const Telemetry = handler("telemetry").on(FlightDeparted, ({ payload: { flight, delay, date } }) => {
  if (delay < SEVERE_MINUTES) return []
  return [SevereDelay(`telemetry-${date.slice(0, 10).replaceAll("/", "-")}`, { flight, delay })]
})
