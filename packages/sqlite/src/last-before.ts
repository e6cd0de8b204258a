import type { Instant, Position } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { int } from "./row.ts"
import { selectRecordedAt } from "./sql/select-recorded-at.ts"

/** The last position recorded before an instant. Recording times never fall along positions, so it is found by halving. */
export function lastBefore(
  db: Connection,
  date: Instant,
  { head, trimmedTo }: { readonly head: Position; readonly trimmedTo: Position },
): Position {
  let low = trimmedTo
  let high = head
  while (low < high) {
    const row = db.get(selectRecordedAt, Math.floor((low + high) / 2) + 1)
    if (row === undefined || int(row[1]) >= date) high = Math.floor((low + high) / 2)
    else low = int(row[0])
  }
  return low
}
