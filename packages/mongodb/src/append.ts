import { type Append, BackendError, type Verdict } from "@millrace/core/backend"

import { countOf, type Draft, draftOf } from "./draft.ts"
import type { Entry } from "./entry.ts"
import type { Log } from "./log.ts"
import { type EntrySize, verdictsOf } from "./writer.ts"

/** The most messages of one call. */
export const MAX_BATCH = 10_000

/** The largest document that every server takes, and what a commit needs for itself. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024
const ENVELOPE_BYTES = 16 * 1024

/** Stores appends, each with a verdict of its own. Those of one moment go into one commit. */
export async function append(log: Log, appends: readonly Append[]): Promise<readonly Verdict[]> {
  const messages = appends.reduce((sum, one) => sum + countOf(one), 0)
  if (messages > MAX_BATCH)
    throw new BackendError("invalid", `${messages} messages in one call: at most ${MAX_BATCH}, send them in several`)
  const schedules = appends.reduce((sum, one) => sum + (one.schedules?.length ?? 0), 0)
  const firstNumber = schedules === 0 ? 0 : await numbersFor(log, schedules)
  let number = firstNumber
  const written = appends.map(async (one): Promise<Verdict> => {
    const numbers = (one.schedules ?? []).map(() => (number += 1))
    const draft = draftOf(one)
    const refused = tooLarge(draft.size)
    if (refused !== undefined) return refused
    const [verdict] = verdictsOf(await log.writer.write(entryOf(one, draft, numbers), draft.size))
    if (verdict === undefined) throw new BackendError("corrupt", "an append has no verdict")
    return verdict
  })
  return Promise.all(written)
}

function entryOf(one: Append, { messages }: Draft, numbers: readonly number[]): Entry {
  return { appends: [one], drafts: [messages], together: false, leases: [], numbers, changes: [] }
}

/** Takes the next numbers for schedules; answers the one before them. */
export async function numbersFor(log: Log, count: number): Promise<number> {
  const { database } = log
  const taken = await database.write(() =>
    database.logs.findOneAndUpdate({ _id: "log" }, { $inc: { schedules: count } }, { returnDocument: "before" }),
  )
  return taken?.schedules ?? 0
}

/** Why an append fits into no document. */
export function tooLarge({ bytes }: EntrySize): Extract<Verdict, { readonly kind: "refused" }> | undefined {
  if (bytes <= MAX_DOCUMENT_BYTES - ENVELOPE_BYTES) return undefined
  const detail = `an append of ${bytes} bytes: at most ${MAX_DOCUMENT_BYTES - ENVELOPE_BYTES} fit into one atomic write; send its messages in several`
  return { kind: "refused", code: "bad-data", detail }
}
