import type { LoggedMessage } from "./evidence.ts"
import type { FindingList } from "./findings.ts"
import type { Plan } from "./plan.ts"
import { type Numbered, type Read, readNumbered } from "./read-payload.ts"

/** What the reactions asked for: each once, caused by the departure that called for it, and nothing else. */
export function proveReactions(
  ofType: (type: string) => readonly LoggedMessage[],
  { runs, severe }: Plan,
  findings: FindingList,
): void {
  const departed = new Map(readNumbered(ofType("flight.departed"), findings).map(byFlight))
  const expect = (what: string, type: string, keys: readonly string[], keyOf: KeyOf): void => {
    const found = Map.groupBy(readNumbered(ofType(type), findings), keyOf)
    for (const key of keys) {
      const effects = found.get(key) ?? []
      findings.once(`${what} ${key}`, effects.length)
      for (const { message, payload } of effects) {
        if (message.causationId !== departed.get(payload.flight)) {
          findings.differs.push(`${what} ${key}: caused by something else than the departure of that flight`)
        }
      }
      found.delete(key)
    }
    for (const key of found.keys()) findings.differs.push(`${what} ${key}: nothing called for it`)
  }

  expect(
    "hold of",
    "airport.hold_departures",
    runs.map(({ origin, flight }) => `airport-${origin} after flight ${flight}`),
    ({ message, payload }) => `${message.streamId} after flight ${payload.flight}`,
  )
  expect(
    "warning to",
    "airport.expect_late_arrivals",
    runs.flatMap(({ origin, flight, destinations }) =>
      destinations.map((destination) => `airport-${destination} from airport-${origin} after flight ${flight}`),
    ),
    ({ message, payload }) => `${message.streamId} from ${payload.origin} after flight ${payload.flight}`,
  )
  expect(
    "telemetry of",
    "telemetry.severe_delay",
    severe.map((flight) => `flight ${flight}`),
    ({ payload }) => `flight ${payload.flight}`,
  )
}

type KeyOf = (read: Read<Numbered>) => string

function byFlight({ message, payload }: Read<Numbered>): [flight: number, id: string] {
  return [payload.flight, message.id]
}
