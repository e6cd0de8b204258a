import * as Schema from "effect/Schema"

import { type AnyApp, durable, event, workflow } from "../../../src/index.ts"

declare const app: AnyApp

const Paid = event("trips.paid", Schema.Struct({ cents: Schema.Int }))
const book = durable("book", (flight: string, seats: number) => ({ flight, seats, at: new Date() }))
const Book = workflow("book_trip", async (trip: { readonly flight: string }, flow) => {
  const { at } = await book(trip.flight, 1)
  // refused: Type 'string' is not assignable to type 'Date'.
  const date: Date = at
  // refused: Argument of type 'string' is not assignable to parameter of type 'number'.
  await book(trip.flight, "2")
  // refused: Expected 2 arguments, but got 1.
  await book(trip.flight)
  const { cents } = await flow.waitFor(Paid)
  // refused: Property 'cents' does not exist on type
  const { cents: late } = await flow.waitFor(Paid, { timeoutMs: 1 })
  // refused: Property 'flight' is missing in type '{}' but required in type '{ readonly flight: string; }'.
  await flow.child(Book2, {})
  return [date.getTime(), cents, late]
})
const Book2 = workflow("book_2", (trip: { readonly flight: string }) => trip.flight.length)

// refused: the input of this workflow can not be stored as JSON
workflow("dated", (at: Date) => at.getTime())

// refused: 'hotel' does not exist in type '{ readonly flight: string; }'.
await app.startWorkflow(Book, { flight: "BA1", hotel: "Ritz" })

// refused: Expected 2-3 arguments, but got 1.
await app.startWorkflow(Book)

const run = await app.startWorkflow(Book2, { flight: "BA1" })
const outcome = await run.wait()
// refused: Type 'number | undefined' is not assignable to type 'number'.
const seats: number = outcome.output
// refused: Type 'string' is not assignable to type 'number'.
await run.signal(Paid, { cents: "1" })
// refused: Property 'failure' does not exist on type
export const all = [seats, outcome.failure]

// refused: is not assignable to type 'ErrorClass'
durable("options", () => 1, { nonRetryable: [Book] })
