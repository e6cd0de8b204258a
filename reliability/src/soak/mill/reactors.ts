import { actor, type AnyReactor, handler, projector, retryOnError } from "@millrace/core"
import * as Schema from "effect/Schema"

import { FAILS_EVERY, Order, Placed, Reminded, REMINDS_EVERY, Shipped } from "./messages.ts"
import type { Plant } from "./plant.ts"
import { planted } from "./planted.ts"

const REMIND_AFTER_MS = 1_000
/** Retention leaves far more of each stream than lies between two snapshots. */
const SNAPSHOT_EVERY = 25

class OutOfTurn extends Error {
  override readonly name = "OutOfTurn"
}

class NotYet extends Error {
  override readonly name = "NotYet"
}

const Stand = Schema.Struct({ last: Schema.Int })

/** Takes orders, in turn. */
const Mill = actor("mill", () => ({ last: 0 }), { snapshot: { version: 1, every: SNAPSHOT_EVERY, schema: Stand } })
  .event(Placed, (mill, { payload }) => {
    mill.last = payload.n
  })
  .command(Order, (mill, { payload, streamId }, { event }) => {
    if (payload.n !== mill.last + 1) throw new OutOfTurn(`${streamId}: order ${payload.n} comes after ${mill.last}`)
    event(Placed, payload)
  })

const empty = () => ({ count: 0, last: 0, wrong: 0 })

/** Notes a message in the book of its stream. */
function note(book: { count: number; last: number; wrong: number }, n: number, step: number): void {
  if (n !== book.last + step) book.wrong += 1
  book.count += 1
  book.last = n
}

const placed = projector.stateStored("placed", empty).event(Placed, (book, { payload }) => note(book, payload.n, 1))
const shipped = projector.stateStored("shipped", empty).event(Shipped, (book, { payload }) => note(book, payload.n, 1))
const reminded = projector
  .stateStored("reminded", empty)
  .event(Reminded, (book, { payload }) => note(book, payload.n, REMINDS_EVERY))

export const projections = [placed, shipped, reminded] as const

/** The reactors of a soak: commands decided, events handled with a small share of retries, schedules, and what keeps the books. `onHandled` gets the instant that an order was due. */
export function reactorsOf(onHandled: (dueAt: number) => void, plants: readonly Plant[]): readonly AnyReactor[] {
  const fault = planted(plants)
  return [
    Mill,
    ...projections,
    handler("ship", { errorStrategy: retryOnError({ times: 10, afterMs: 20 }) }).on(
      Placed,
      ({ streamId, payload: { n, at } }, { attempt }) => {
        if (n % FAILS_EVERY === 0 && attempt === 1) throw new NotYet("every so many-th fails at first")
        onHandled(at)
        const stream = streamId.replace("order", "parcel")
        return Array.from({ length: fault(streamId, n) }, () => Shipped(stream, { n }))
      },
    ),
    handler("remind").on(Placed, ({ streamId, recordedAt, payload: { n } }) => {
      if (n % REMINDS_EVERY !== 0) return []
      const due = new Date(Date.parse(recordedAt) + REMIND_AFTER_MS)
      return [Reminded(streamId.replace("order", "reminder"), { n }).at(due)]
    }),
  ]
}
