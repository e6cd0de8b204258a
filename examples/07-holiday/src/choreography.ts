import { actor, command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

import { FULL_HOTEL } from "./agency.ts"

const Wanted = Schema.Struct({ name: Schema.String, flight: Schema.String, hotel: Schema.String })
const Part = Schema.Struct({ name: Schema.String, what: Schema.String })
const Refusal = Schema.Struct({ name: Schema.String, why: Schema.String })

export const StartHoliday = command("holiday.start", Wanted)
const RecordPart = command("holiday.record_part", Part)
const GiveUp = command("holiday.give_up", Refusal)
const HolidayStarted = event("holiday.started", Wanted)
const PartBooked = event("holiday.part_booked", Part)
const HolidayBooked = event("holiday.booked", Schema.Struct({ parts: Schema.Array(Schema.String) }))
const HolidayGivenUp = event("holiday.given_up", Refusal)

const BookFlight = command("flight.book", Part)
const CancelFlight = command("flight.cancel")
const FlightBooked = event("flight.booked", Part)
const FlightCancelled = event("flight.cancelled")

const BookHotel = command("hotel.book", Part)
const HotelBooked = event("hotel.booked", Part)
const HotelRefused = event("hotel.refused", Refusal)

interface HolidayState {
  readonly parts: string[]
  over: boolean
}

/** Nobody says what comes next: each actor reacts to what the others did. The holiday joins what it hears. */
export const Holiday = actor("holiday", (): HolidayState => ({ parts: [], over: false }))
  .event(HolidayStarted, () => {})
  .event(PartBooked, (holiday, { payload }) => void holiday.parts.push(payload.what))
  .event(HolidayBooked, (holiday) => {
    holiday.over = true
  })
  .event(HolidayGivenUp, (holiday) => {
    holiday.over = true
  })
  .command(StartHoliday, (_, { payload }, { event: emit }) => emit(HolidayStarted, payload))
  .command(RecordPart, (holiday, { payload }, { event: emit }) => {
    emit(PartBooked, payload)
    if (!holiday.over && holiday.parts.length === 2) emit(HolidayBooked, { parts: holiday.parts.toSorted() })
  })
  .command(GiveUp, (holiday, { payload }, { event: emit }) => {
    if (!holiday.over) emit(HolidayGivenUp, payload)
  })
  .reaction(FlightBooked, (_, { payload }, { dispatch }) => {
    dispatch(RecordPart, payload).to(`holiday-${payload.name}`)
  })
  .reaction(HotelBooked, (_, { payload }, { dispatch }) => {
    dispatch(RecordPart, payload).to(`holiday-${payload.name}`)
  })
  .reaction(HotelRefused, (_, { payload }, { dispatch }) => {
    dispatch(GiveUp, payload).to(`holiday-${payload.name}`)
  })

interface FlightState {
  booked: boolean
  unwanted: boolean
}

export const Flight = actor("flight", (): FlightState => ({ booked: false, unwanted: false }))
  .event(FlightBooked, (flight) => {
    flight.booked = true
  })
  .event(FlightCancelled, (flight) => {
    flight.booked = false
    flight.unwanted = true
  })
  .command(BookFlight, (flight, { payload }, { event: emit }) => {
    if (!flight.booked && !flight.unwanted) emit(FlightBooked, payload)
  })
  .command(CancelFlight, (_, __, { event: emit }) => emit(FlightCancelled))
  .reaction(HolidayStarted, (_, { payload }, { dispatch }) => {
    dispatch(BookFlight, { name: payload.name, what: `flight ${payload.flight} booked` }).to(`flight-${payload.name}`)
  })
  .reaction(HolidayGivenUp, (_, { payload }, { dispatch }) => {
    dispatch(CancelFlight).to(`flight-${payload.name}`)
  })

export const Hotel = actor("hotel", () => ({}))
  .event(HotelBooked, () => {})
  .event(HotelRefused, () => {})
  .command(BookHotel, (_, { payload }, { event: emit }) => {
    if (payload.what.includes(FULL_HOTEL)) emit(HotelRefused, { name: payload.name, why: `${FULL_HOTEL} is full` })
    else emit(HotelBooked, payload)
  })
  .reaction(HolidayStarted, (_, { payload }, { dispatch }) => {
    dispatch(BookHotel, { name: payload.name, what: `hotel ${payload.hotel} booked` }).to(`hotel-${payload.name}`)
  })
