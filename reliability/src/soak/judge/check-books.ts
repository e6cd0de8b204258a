import * as Schema from "effect/Schema"

import type { Finding } from "../../audit/findings.ts"
import { Book, type Books } from "../mill/books.ts"
import { ordersOf, REMINDS_EVERY, STREAMS } from "../mill/messages.ts"

const decode = Schema.decodeUnknownSync(Book)

/** Compares what was acknowledged with what the projections have counted: every order was decided, handled and, where it was due, reminded of, once and in turn. */
export function checkBooks(books: Books, orders: number): readonly Finding[] {
  const findings: Finding[] = []
  for (let stream = 0; stream < STREAMS; stream += 1) {
    const given = ordersOf(stream, orders)
    const reminders = Math.floor(given / REMINDS_EVERY)
    for (const [name, prefix, expected, step] of [
      ["placed", "order", given, 1],
      ["shipped", "parcel", given, 1],
      ["reminded", "reminder", reminders, REMINDS_EVERY],
    ] as const) {
      const streamId = `${prefix}-${stream}`
      const kept = books.get(name)?.get(streamId)
      const { count, last, wrong } = kept === undefined ? { count: 0, last: 0, wrong: 0 } : decode(kept)
      const where = `${name}: of ${expected} of ${streamId} ${count} came, the last with the number ${last}`
      if (count < expected) findings.push({ kind: "lost", says: where })
      if (count > expected) findings.push({ kind: "doubled", says: where })
      if (count === expected && last !== expected * step) findings.push({ kind: "lost", says: where })
      if (wrong > 0) findings.push({ kind: "reordered", says: `${where}; ${wrong} came out of turn` })
    }
  }
  return findings
}
