import type { Evidence, LoggedMessage } from "../evidence.ts"
import type { Wrong } from "../findings.ts"
import { readNumber } from "../read-payload.ts"

const SIGNS: ReadonlyMap<string, number> = new Map([
  ["chaos.opened", 1],
  ["chaos.received", 1],
  ["chaos.sent", -1],
])

/** The projection that Millrace keeps has every booking in it, once. */
export function checkProjections({ messages, projections }: Evidence, wrong: Wrong): void {
  const stored = projections.get("balances")
  const bookings = Map.groupBy(
    messages.filter(({ type }) => SIGNS.has(type)),
    ({ streamId }) => streamId,
  )
  for (const [streamId, booked] of bookings) {
    const state = stored?.get(streamId)
    const count = readNumber(state, "bookings")
    const balance = booked.reduce((sum, message) => sum + signed(message), 0)
    const where = `balances: ${streamId} has ${count} bookings that make ${readNumber(state, "balance")}`
    const should = `and the log has ${booked.length} that make ${balance}`
    if (!(count >= booked.length)) wrong("lost", `${where}, ${should}`)
    else if (count > booked.length) wrong("doubled", `${where}, ${should}`)
    else if (readNumber(state, "balance") !== balance) wrong("sums", `${where}, ${should}`)
  }
  for (const streamId of stored?.keys() ?? [])
    if (!bookings.has(streamId)) wrong("doubled", `balances: ${streamId} has no booking in the log`)
}

function signed({ type, payload }: LoggedMessage): number {
  return (SIGNS.get(type) ?? 0) * readNumber(payload, "amount")
}
