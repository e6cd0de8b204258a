import type { DepartFlight } from "../messages.ts"
import type { FlightsApp } from "./flights-app.ts"

export interface SendOptions {
  /** Commands dispatched side by side: the store writes them together, in the order of the calls. */
  readonly batch: number
  /** Resolves when so many flights in all may have been sent. */
  readonly mayReach: (sent: number) => Promise<void>
  readonly onSent: (sent: number) => void
}

/** Dispatches all commands in order, batch by batch, as far as it may. */
export async function sendFlights(
  app: FlightsApp,
  commands: readonly ReturnType<typeof DepartFlight>[],
  { batch: size, mayReach, onSent }: SendOptions,
): Promise<void> {
  for (let from = 0; from < commands.length; from += size) {
    const batch = commands.slice(from, from + size)
    await mayReach(from + batch.length)
    await Promise.all(batch.map((command) => app.dispatch(command)))
    onSent(from + batch.length)
  }
}
