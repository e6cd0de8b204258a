import { AirportTotals } from "../reactors.ts"
import type { LogEvidence, LoggedMessage } from "./evidence.ts"
import type { FlightsApp } from "./flights-app.ts"

/** Reads through Millrace: for storages that only it can read. */
export async function appEvidence(app: FlightsApp): Promise<LogEvidence> {
  const messages: LoggedMessage[] = []
  for await (const message of app.readLog()) messages.push({ ...message, version: message.version })
  const totals = new Map<string, unknown>()
  for (const { id, state } of await app.projection(AirportTotals).list()) totals.set(id, state)
  const { schedules } = await app.stats()
  return {
    source: "read back message by message",
    messages,
    totals,
    schedules,
    lanes: (await app.lanes()).length,
  }
}
