import type { FlightsApp } from "./flights-app.ts"

/** How a run stands. */
export interface Stand {
  /** Flights that every group has certainly settled. */
  readonly settled: number
  /** Nothing waits: no message of any group, no schedule. */
  readonly quiet: boolean
  readonly note: string
}

/** How many of the flights sent are settled, by what the groups have left. Throws when a group has stopped. */
export async function standOf(app: FlightsApp, sent: number): Promise<Stand> {
  const { schedules, groups } = await app.stats()
  for (const { group, stopped } of groups) {
    if (stopped !== undefined) throw new Error(`group ${group} has stopped: ${stopped.error ?? stopped.reason}`)
  }
  const lag = new Map(groups.map((group) => [group.group, group.lag]))
  // A flight is a command or an event of the airport before it is an event of the others: never counted as settled too early.
  const airport = lag.get("airport") ?? 0
  lag.delete("airport")
  const others = Math.max(0, ...lag.values())
  return {
    settled: Math.max(0, sent - airport - others),
    quiet: airport + others + schedules === 0,
    note: `${airport} to depart, ${others} to project, ${schedules} to hold`,
  }
}
