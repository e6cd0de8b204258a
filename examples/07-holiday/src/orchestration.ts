import { currentStep, durable, workflow } from "@millrace/core"

import { type Agency, NoRoom } from "./agency.ts"

/** What a holiday needs. */
export interface Trip {
  readonly flight: string
  readonly hotel: string
}

/** One workflow says what comes next: it books through two others, side by side, and undoes what was booked when one fails. */
export function orchestration(agency: Agency) {
  const book = durable(
    "book",
    async (what: string) => {
      const key = currentStep().idempotencyKey
      return { key, answer: await agency.book(what, key) }
    },
    { retries: 5, timeoutMs: 30_000, nonRetryable: [NoRoom] },
  )
  const cancel = durable("cancel", (key: string) => agency.cancel(key))

  const BookFlight = workflow("book_flight", (flight: string) => book(`flight ${flight}`))
  const BookHotel = workflow("book_hotel", (hotel: string) => book(`hotel ${hotel}`))

  const BookHoliday = workflow("book_holiday", async ({ flight, hotel }: Trip, flow) => {
    const flying = flow.child(BookFlight, flight)
    const staying = flow.child(BookHotel, hotel)
    try {
      const booked = await flow.all([flying, staying])
      return booked.map(({ answer }) => answer)
    } catch (error) {
      // Both have ended by now. What was booked is taken back, whatever failed.
      for (const settled of await Promise.allSettled([flying, staying]))
        if (settled.status === "fulfilled") await cancel(settled.value.key)
      throw error
    }
  })

  /** The same in one stream: each booking waits for the one before. */
  const BookInTurn = workflow("book_in_turn", async ({ flight, hotel }: Trip) => {
    const first = await book(`flight ${flight}`)
    const second = await book(`hotel ${hotel}`)
    return [first.answer, second.answer]
  })

  return { BookFlight, BookHotel, BookHoliday, BookInTurn }
}
