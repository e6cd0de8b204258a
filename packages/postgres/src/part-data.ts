import type { Settlement } from "@millrace/core/backend"

import { store } from "./append.ts"
import type { Transaction } from "./database.ts"
import { isBadData } from "./errors.ts"
import { factsOf } from "./facts.ts"
import type { Log } from "./log.ts"
import { planAppends } from "./plan-appends.ts"
import type { Refused } from "./settle-in-steps.ts"
import type { PostgresTx } from "./tx.ts"

/** Finds the parts whose effects the server can not store, by trying each alone; the transaction is undone afterwards. */
export async function refuseBadData(
  log: Log,
  on: Transaction,
  { parts }: Settlement<PostgresTx>,
  before: ReadonlyMap<number, Refused>,
): Promise<ReadonlyMap<number, Refused>> {
  const refused = new Map<number, Refused>()
  for (const [index, { effects }] of parts.entries()) {
    if (effects === undefined || before.has(index)) continue
    await on.run("SAVEPOINT millrace_data")
    try {
      const plan = planAppends([effects], log.holds, await factsOf(on, [effects]))
      if (plan !== undefined) await store(log, on, plan)
    } catch (error) {
      if (!isBadData(error)) throw error
      const detail = `Postgres can not store it: ${error instanceof Error ? error.message : String(error)}`
      refused.set(index, { kind: "refused", code: "bad-data", detail })
    }
    await on.run("ROLLBACK TO SAVEPOINT millrace_data")
  }
  return refused
}
