import { AirportTotals } from "../reactors.ts"
import type { Evidence, LoggedMessage } from "./evidence.ts"
import type { FlightsApp } from "./flights-app.ts"
import { readBoard } from "./route-board.ts"

/** Reads through Millrace: for storages that only it can read. */
export async function appEvidence(app: FlightsApp): Promise<Evidence> {
  const messages: LoggedMessage[] = []
  for await (const message of app.readLog()) messages.push({ ...message, version: message.version })
  const totals = new Map<string, unknown>()
  for (const { id, state } of await app.projection(AirportTotals).list()) totals.set(id, state)
  const { schedules } = await app.stats()
  return {
    source: "read back message by message",
    messages,
    totals,
    board: await readBoard(),
    schedules,
    lanes: (await app.lanes()).length,
  }
}
