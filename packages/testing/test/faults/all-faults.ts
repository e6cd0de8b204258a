import { appendFaults } from "./append-faults.ts"
import { claimFaults } from "./claim-faults.ts"
import { clockFaults } from "./clock-faults.ts"
import type { Fault } from "./fault.ts"
import { laneTypeFaults } from "./lane-type-faults.ts"
import { leaseFaults } from "./lease-faults.ts"
import { operatorFaults } from "./operator-faults.ts"
import { readFaults } from "./read-faults.ts"
import { reopenFaults } from "./reopen-faults.ts"
import { reservedFaults } from "./reserved-faults.ts"
import { resetFaults } from "./reset-faults.ts"
import { riskFaults } from "./risk-faults.ts"
import { scheduleFaults } from "./schedule-faults.ts"
import { settleFaults } from "./settle-faults.ts"
import { severalSlicesFaults } from "./several-slices-faults.ts"
import { takeOverFaults } from "./take-over-faults.ts"
import { transferFaults } from "./transfer-faults.ts"
import { trimCategoryFaults } from "./trim-category-faults.ts"
import { trimFaults } from "./trim-faults.ts"

/** Every planted fault, by the part of the contract it breaks. */
export const allFaults: readonly { readonly of: string; readonly faults: readonly Fault[] }[] = [
  { of: "append", faults: appendFaults },
  { of: "read", faults: readFaults },
  { of: "claim", faults: claimFaults },
  { of: "several slices", faults: severalSlicesFaults },
  { of: "leases, lanes and replays", faults: leaseFaults },
  { of: "lanes and types", faults: laneTypeFaults },
  { of: "settle", faults: settleFaults },
  { of: "schedules, processes and wake-ups", faults: scheduleFaults },
  { of: "what is reserved", faults: reservedFaults },
  { of: "a clock that was set back", faults: clockFaults },
  { of: "take-overs and bounds", faults: takeOverFaults },
  { of: "resets", faults: resetFaults },
  { of: "risks", faults: riskFaults },
  { of: "opening again", faults: reopenFaults },
  { of: "operator", faults: operatorFaults },
  { of: "operator: transfer", faults: transferFaults },
  { of: "trims", faults: trimFaults },
  { of: "trims of a category", faults: trimCategoryFaults },
]
