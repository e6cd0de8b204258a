import type { Append, Verdict } from "../append.ts"
import { checkAppend } from "../rules/check-append.ts"
import { checkBatch } from "../rules/check-batch.ts"
import { judgeAppend } from "../rules/judge-append.ts"
import { knownOf } from "./known.ts"
import type { LogState } from "./log-state.ts"
import { storeAppend } from "./store-append.ts"

/** Stores appends one after another: each is judged by a log that holds the ones before it. */
export function append(log: LogState, appends: readonly Append[]): readonly Verdict[] {
  checkBatch(appends, log.maxBatch)
  const known = knownOf(log)
  return appends.map((one) => checkAppend(one, log.holds) ?? judgeAppend(one, known) ?? storeAppend(log, one))
}
