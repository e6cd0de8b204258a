import type { Append, Verdict } from "../backend/append.ts"
import { checkAppend } from "../backend/rules/check-append.ts"
import { checkBatch } from "../backend/rules/check-batch.ts"
import { judgeAppend } from "../backend/rules/judge-append.ts"
import { HOLDS, MAX_BATCH } from "./capabilities.ts"
import { knownOf } from "./known.ts"
import type { LogState } from "./log-state.ts"
import { storeAppend } from "./store-append.ts"

/** Stores appends one after another: each is judged by a log that holds the ones before it. */
export function append(log: LogState, appends: readonly Append[]): readonly Verdict[] {
  checkBatch(appends, MAX_BATCH)
  const known = knownOf(log)
  return appends.map((one) => checkAppend(one, HOLDS) ?? judgeAppend(one, known) ?? storeAppend(log, one))
}
