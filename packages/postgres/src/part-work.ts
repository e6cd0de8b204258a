import type { SettlePart } from "@millrace/core/backend"

import type { Transaction } from "./database.ts"
import { isBroken, isVictim } from "./errors.ts"
import { openTx, type PostgresTx } from "./tx.ts"

/** Runs one part's work in a savepoint. What it threw, in a box; `undefined` when it went well. Victims of dead-locks are thrown on: all is to be run again. */
export async function runWork(
  on: Transaction,
  work: NonNullable<SettlePart<PostgresTx>["work"]>,
): Promise<{ readonly error: unknown } | undefined> {
  await on.run("SAVEPOINT millrace_part")
  const open = openTx(on.client)
  try {
    await work(open.tx)
    open.revoke()
    // What is checked at the end of a transaction is checked here, where it is known whose fault it is; so is a failure that the work swallowed.
    await on.run("SET CONSTRAINTS ALL IMMEDIATE")
    await on.run("RELEASE SAVEPOINT millrace_part")
    return undefined
  } catch (error) {
    open.revoke()
    const first = open.failure() ?? error
    if (isVictim(first) || isBroken(first)) throw first
    await on.run("ROLLBACK TO SAVEPOINT millrace_part")
    return { error }
  }
}
