import type { Position } from "@millrace/core/backend"

import type { LockedLog } from "../change-group.ts"
import { groupOf, type GroupRow } from "../group-rows.ts"
import { intOrNull } from "../row.ts"
import { selectBounds } from "../sql/select-bounds.ts"

/** How far a group has settled everything it wants. */
export interface Bound {
  readonly group: GroupRow
  readonly settledTo: Position
}

export async function boundsOf({ on }: LockedLog): Promise<readonly Bound[]> {
  const rows = await on.rows(selectBounds)
  return rows.map((row) => ({
    group: groupOf(row),
    settledTo: Math.min(...[row[9], row[10]].map((found) => (intOrNull(found) ?? Number.POSITIVE_INFINITY) - 1)),
  }))
}
