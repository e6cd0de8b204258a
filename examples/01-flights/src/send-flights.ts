import type { DepartFlight } from "../messages.ts"
import type { FlightsApp } from "./flights-app.ts"

/** Commands dispatched side by side: the store writes them together, in the order of the calls. */
const BATCH = 500

/**
 * Dispatches all commands in order, and never runs further ahead of the workers than `ahead`.
 * `settled` resolves with how many flights are settled, once that has grown.
 */
export async function sendFlights(
  app: FlightsApp,
  commands: readonly ReturnType<typeof DepartFlight>[],
  { ahead, onSent, settledAtLeast }: SendOptions,
): Promise<void> {
  const size = Math.min(BATCH, ahead)
  for (let from = 0; from < commands.length; from += size) {
    const batch = commands.slice(from, from + size)
    await settledAtLeast(from + batch.length - ahead)
    await Promise.all(batch.map((command) => app.dispatch(command)))
    onSent(from + batch.length)
  }
}

export interface SendOptions {
  /** The most flights that are sent and not settled. */
  readonly ahead: number
  readonly onSent: (sent: number) => void
  /** Resolves once so many flights are settled. */
  readonly settledAtLeast: (flights: number) => Promise<void>
}
