import type { Instant, Position } from "@millrace/core/backend"

import type { Connection } from "./database.ts"
import { int } from "./row.ts"
import { selectRecordedAt } from "./sql/select-recorded-at.ts"

/** The last position recorded before an instant; what was trimmed counts as recorded before. `recorded_at` never falls along positions, so it is found by halving. */
export async function lastBefore(
  on: Connection,
  date: Instant,
  { head, trimmedTo }: { readonly head: Position; readonly trimmedTo: Position },
): Promise<Position> {
  let low = trimmedTo
  let high = head
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const [row] = await on.rows(selectRecordedAt, middle)
    if (row === undefined || int(row[0]) >= date) high = middle - 1
    else low = int(row[1])
  }
  return low
}
