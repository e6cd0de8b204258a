import type { Append, Verdict } from "../backend/append.ts"
import { BackendError } from "../backend/errors.ts"
import { checkAppend } from "../backend/rules/check-append.ts"
import { judgeAppend } from "../backend/rules/judge-append.ts"
import { HOLDS, MAX_BATCH } from "./capabilities.ts"
import { knownOf } from "./known.ts"
import type { LogState } from "./log-state.ts"
import { storeAppend } from "./store-append.ts"

/** Stores appends one after another: each is judged by a log that holds the ones before it. */
export function append(log: LogState, appends: readonly Append[]): readonly Verdict[] {
  const messages = appends.reduce((sum, one) => sum + countMessages(one), 0)
  if (messages > MAX_BATCH)
    throw new BackendError("invalid", `${messages} messages in one call: at most ${MAX_BATCH}, send them in several`)
  const known = knownOf(log)
  return appends.map((one) => checkAppend(one, HOLDS) ?? judgeAppend(one, known) ?? storeAppend(log, one))
}

function countMessages({ streams, schedules }: Append): number {
  return streams.reduce((sum, stream) => sum + stream.messages.length, schedules?.length ?? 0)
}
