import {
  append,
  appendOfMany,
  appendOfOne,
  appendThatRemoves,
  appendWithEverything,
  promote,
} from "./append-scenarios.ts"
import { claimAfresh, extend, reset, takeOver } from "./claim-scenarios.ts"
import {
  claimBesideSkips,
  claimOfLanes,
  claimTooEarly,
  extendOfLanes,
  settleOfLanes,
  settleThatHolds,
  settleThatStops,
  settleWithConflict,
} from "./lane-scenarios.ts"
import { claimsInOrders } from "./order-scenarios.ts"
import { partScenarios } from "./part-scenarios.ts"
import type { Scenario } from "./scenario.ts"
import { settleAfterTakeOver, settleWith, settleWithLane, settleWithout } from "./settle-scenarios.ts"
import { wokenScenarios } from "./woken-scenarios.ts"

/** Every call of a backend that is struck. */
export const scenarios: readonly Scenario[] = [
  append,
  appendOfOne,
  appendOfMany,
  appendThatRemoves,
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
  claimOfLanes,
  claimTooEarly,
  settleOfLanes,
  extendOfLanes,
  settleWithConflict,
  claimBesideSkips,
  settleThatHolds,
  settleThatStops,
  ...claimsInOrders,
  ...partScenarios,
  ...wokenScenarios,
]
