import type { Backend } from "@millrace/core"

import type { Scenario } from "../scenario.ts"
import { type BankAct, doAct, drawAct } from "./acts.ts"
import { checkEffects, checkTotals } from "./effects.ts"
import { checkAccounts } from "./model.ts"
import { bankAccounts, bankReactors, keyOfTally } from "./reactors.ts"

/**
 * A bank: accounts that deposit, withdraw and transfer, and a reactor of every kind that follows them. It is what Millrace itself is simulated with, and
 * what a backend can be simulated with.
 */
export const bank: Scenario<BankAct> = {
  name: "bank",
  keys: { tally: keyOfTally },
  draw: drawAct,
  open(world) {
    const tx = world.storage.capabilities.name === "memory"
    return {
      reactors: (process) => bankReactors(process, { tx }),
      act: (act, app, process) => doAct(act, app, world, bankAccounts(process)),
      async check(log) {
        checkAccounts(log, world)
        checkEffects(log, world)
        await checkTotals(log, tx ? rowsOf(world.storage) : undefined, world)
      },
    }
  },
}

/** The rows of memory's own tables. */
function rowsOf(storage: Backend): ReadonlyMap<string, unknown> | undefined {
  if (!("rows" in storage) || typeof storage.rows !== "function") return undefined
  const rows: unknown = Reflect.apply(storage.rows, storage, ["rows"])
  return rows instanceof Map ? rows : undefined
}
