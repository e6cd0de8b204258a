import type { Instant, Position } from "@millrace/core/backend"

import { isChained } from "./chain.ts"
import { BY_POSITION, type Database, inChain } from "./database.ts"

/** The last position recorded before an instant; what is trimmed counts as recorded before. The clock never falls along positions, so halving finds it. */
export async function lastBefore(
  database: Database,
  date: Instant,
  { head, trimmedTo }: { readonly head: Position; readonly trimmedTo: Position },
): Promise<Position> {
  let low = trimmedTo
  let high = head
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    const [commit] = await database.read(() =>
      database.commits
        .find(inChain({ from: 0, to: middle }), {
          sort: { _id: -1 },
          limit: 1,
          projection: { _id: 1, n: 1, at: 1 },
          hint: BY_POSITION,
        })
        .toArray(),
    )
    if (commit === undefined || !isChained(commit)) return low
    if (commit.at < date) low = Math.max(low, Math.min(commit._id + commit.n - 1, high))
    else high = Math.min(high, commit._id - 1)
  }
  return Math.max(low, trimmedTo)
}
