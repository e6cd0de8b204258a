import { checkPosition, type Position, type TrimResult } from "@millrace/core/backend"

import { type LockedLog, underLock } from "../change-group.ts"
import type { Log } from "../log.ts"
import { int } from "../row.ts"
import { deleteMessages } from "../sql/delete-messages.ts"
import { type Bound, boundsOf } from "./bounds.ts"
import { passOver } from "./pass-over.ts"

/** How many messages go at a time: appends wait for as long as that takes. */
const TRIM_BATCH = 2_000

/** Removes messages up to a position, as far as the groups have settled them, or with `force` whatever they have; a part at a time. */
export async function trim(
  log: Log,
  upto: Position,
  { force = false }: { readonly force?: boolean } = {},
): Promise<TrimResult> {
  checkPosition("upto", upto)
  let removed = 0
  let goal = upto
  for (let first = true; ; first = false) {
    const { trimmedTo, gone, target, heldBackBy } = await underLock(log, async (locked) => {
      // What is appended between two parts was not asked for.
      if (first) goal = Math.min(upto, locked.head)
      const held = (await boundsOf(log, locked)).filter(({ settledTo }) => settledTo < goal)
      const bound = force ? goal : Math.min(goal, ...held.map(({ settledTo }) => settledTo))
      if (force && first) for (const one of held) await passOver(log, locked, one.group, bound)
      const end = Math.min(bound, locked.trimmedTo + TRIM_BATCH)
      const count = end > locked.trimmedTo ? await drop(locked, end) : 0
      return {
        trimmedTo: Math.max(end, locked.trimmedTo),
        gone: count,
        target: bound,
        heldBackBy: force ? [] : namesOf(held),
      }
    })
    removed += gone
    if (trimmedTo >= target) return { removed, trimmedTo, heldBackBy }
  }
}

async function drop({ on, trimmedTo }: LockedLog, end: Position): Promise<number> {
  const [row] = await on.rows(deleteMessages, trimmedTo, end)
  return int(row?.[0])
}

function namesOf(held: readonly Bound[]): readonly string[] {
  return held.map(({ group }) => group.name).toSorted()
}
