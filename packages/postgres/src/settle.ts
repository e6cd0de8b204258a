import type { Settled, Settlement } from "@millrace/core/backend"

import type { Log } from "./log.ts"
import { settleAtOnce } from "./settle-at-once.ts"
import { settleInSteps } from "./settle-in-steps.ts"
import type { PostgresTx } from "./tx.ts"

/** Stores what became of a slice: in one statement where nothing is in its way, else step by step in one transaction. */
export async function settle(log: Log, settlement: Settlement<PostgresTx>): Promise<Settled> {
  return (await settleAtOnce(log, settlement)) ?? (await settleInSteps(log, settlement))
}
