import { append, appendWithEverything, promote } from "./append-scenarios.ts"
import { claimAfresh, extend, reset, takeOver } from "./claim-scenarios.ts"
import type { Scenario } from "./scenario.ts"
import { settleAfterTakeOver, settleWith, settleWithLane, settleWithout } from "./settle-scenarios.ts"

/** Every call of a backend that is struck. */
export const scenarios: readonly Scenario[] = [
  append,
  appendWithEverything,
  settleWithout,
  settleWith,
  settleWithLane,
  claimAfresh,
  takeOver,
  settleAfterTakeOver,
  extend,
  promote,
  reset,
]
