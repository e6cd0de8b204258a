import { command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

/** A departure as the data set has it. `flight` is its place in the data set, from 1. The origin is the stream: `airport-SJC`. */
const Departure = Schema.Struct({
  flight: Schema.Int,
  date: Schema.String,
  delay: Schema.Int,
  distance: Schema.Int,
  destination: Schema.String,
})

/** The departure that completed a run of late ones. */
const Cause = Schema.Struct({ flight: Schema.Int })
const CauseElsewhere = Schema.Struct({ flight: Schema.Int, origin: Schema.String })

export const DepartFlight = command("flight.depart", Departure)
export const FlightDeparted = event("flight.departed", Schema.Struct({ ...Departure.fields, late: Schema.Boolean }))

export const HoldDepartures = command("airport.hold_departures", Cause)
export const DeparturesHeld = event("airport.departures_held", Cause)

export const ExpectLateArrivals = command("airport.expect_late_arrivals", CauseElsewhere)
export const LateArrivalsExpected = event("airport.late_arrivals_expected", CauseElsewhere)

export const SevereDelay = event("telemetry.severe_delay", Schema.Struct({ flight: Schema.Int, delay: Schema.Int }))
