import { currentStep, durable, workflow } from "@millrace/core"

/** The world outside: what steps did there, in order. */
export interface World {
  readonly did: string[]
  readonly keys: string[]
}

export const newWorld = (): World => ({ did: [], keys: [] })

/** What a trip needs. */
export interface Trip {
  readonly flight: string
  readonly hotel: string
}

/** A booking of a flight, then a hotel, whose steps do what they do in `world`. */
export function bookTrip(world: World) {
  const step = (name: string) =>
    durable(name, async (what: string) => {
      world.did.push(`${name} ${what}`)
      world.keys.push(currentStep().idempotencyKey)
      return { booked: what }
    })
  const flight = step("book_flight")
  const hotel = step("book_hotel")
  return workflow("book_trip", async (trip: Trip) => {
    const first = await flight(trip.flight)
    const second = await hotel(trip.hotel)
    return `${first.booked} and ${second.booked}`
  })
}
