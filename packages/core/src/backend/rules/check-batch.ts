import type { Append } from "../append.ts"
import { BackendError } from "../errors.ts"

/** Throws `invalid` when one call brings more messages than `maxBatch`, scheduled ones counted. */
export function checkBatch(appends: readonly Append[], maxBatch: number): void {
  let messages = 0
  for (const { streams, schedules } of appends) {
    messages += schedules?.length ?? 0
    for (const stream of streams) messages += stream.messages.length
  }
  if (messages > maxBatch)
    throw new BackendError("invalid", `${messages} messages in one call: at most ${maxBatch}, send them in several`)
}
