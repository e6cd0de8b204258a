import { checkAppend, type Holds, type Instant, judgeAppend, type Verdict } from "@millrace/core/backend"

import type { Chain } from "./chain.ts"
import type { CommitDocument } from "./commit-document.ts"
import { openSheet, type Sheet } from "./commit-sheet.ts"
import type { Entry, Facts } from "./entry.ts"
import { scheduleKey } from "./keys.ts"

/** What becomes of an entry if the commit is written. */
export type Outcome =
  | { readonly kind: "closed" }
  | {
      readonly kind: "judged"
      readonly verdicts: readonly (Verdict | undefined)[]
      /** For each change of a schedule, whether it is this entry's. */
      readonly changed: readonly boolean[]
    }

export interface Plan {
  readonly outcomes: readonly Outcome[]
  /** `undefined`: there is nothing to write. */
  readonly commit: CommitDocument | undefined
}

/** Judges entries one after another, each seeing those before it, and puts what can be stored into one commit. */
export function planCommit(
  entries: readonly Entry[],
  {
    chain,
    facts,
    holds,
    now,
    by,
  }: {
    readonly chain: Chain
    readonly facts: Facts
    readonly holds: Holds
    readonly now: Instant
    readonly by: string
  },
): Plan {
  const sheet = openSheet(chain, facts)
  // The index takes what one document repeats for one: so repetitions are found here.
  const ended = new Set(facts.ended)
  const settles: string[] = []
  const outcomes = entries.map((entry): Outcome => {
    if (entry.leases.some((key) => ended.has(key))) return { kind: "closed" }
    const { verdicts, stored } = judgeEntry(entry, sheet, holds)
    if (stored) {
      for (const key of entry.leases) ended.add(key)
      sheet.keys.push(...entry.leases)
      if (entry.record !== undefined) settles.push(entry.record(verdicts))
    }
    const changed = entry.changes.map((change) => {
      const key = scheduleKey(change.number, change.moves)
      if (ended.has(key)) return false
      ended.add(key)
      sheet.change(change)
      return true
    })
    return { kind: "judged", verdicts, changed }
  })
  return { outcomes, commit: sheet.commit({ at: Math.max(chain.at, now), by, settles }) }
}

function judgeEntry(
  entry: Entry,
  sheet: Sheet,
  holds: Holds,
): { readonly verdicts: readonly (Verdict | undefined)[]; readonly stored: boolean } {
  const back = entry.together ? sheet.mark() : undefined
  let number = 0
  const verdicts = entry.appends.map((append, index): Verdict | undefined => {
    if (append === undefined) return undefined
    const refused = checkAppend(append, holds) ?? judgeAppend(append, sheet.known)
    const numbers = entry.numbers.slice(number, (number += append.schedules?.length ?? 0))
    return refused ?? sheet.add(append, entry.drafts[index] ?? [], numbers)
  })
  const refused = verdicts.some((verdict) => verdict !== undefined && verdict.kind !== "appended")
  if (back !== undefined && refused) {
    back()
    return { verdicts, stored: false }
  }
  return { verdicts, stored: verdicts.some((verdict) => verdict?.kind === "appended") }
}
