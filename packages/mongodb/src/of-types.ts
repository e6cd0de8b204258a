import type { Position, ReadQuery } from "@millrace/core/backend"

import { BY_POSITION, BY_TYPE, type Database, inChain } from "./database.ts"
import { entriesIn } from "./entries-in.ts"
import type { Within } from "./read.ts"
import { type LogEntry, startOf } from "./segments.ts"

/** Positions looked through at once for some types; doubled each time nothing like enough is found. */
const WINDOW = 2_000

/** From then on it is judged by what was found whether the index of types would do better for all the rest. */
const TRIED = 3 * WINDOW

/** What a commit costs that the index of types leads to, wherever in the log it is, in positions looked through: as many as a busy process puts into one. */
const POSITIONS_PER_COMMIT = 500

/** Messages of some types in the direction asked for: one more than the limit, where there are more. */
export async function ofTypes(
  database: Database,
  query: Extract<ReadQuery, { readonly from: "log" }>,
  { head, trimmedTo, limit }: Within,
): Promise<readonly LogEntry[]> {
  const types = new Set(query.types)
  const low = Math.max(query.after ?? 0, trimmedTo)
  const high = Math.min(query.upto ?? head, head)
  const forward = query.direction !== "backward"
  const found: LogEntry[] = []
  let looked = 0
  for (let [after, upto] = [low, high]; after < upto && found.length <= limit;) {
    const missing = limit + 1 - found.length
    const rare = looked >= TRIED && isRare({ found: found.length, missing, looked, left: upto - after, head })
    const size = rare ? upto - after : WINDOW + looked
    looked += size
    const [begin, end] = forward ? [after, Math.min(upto, after + size)] : [Math.max(after, upto - size), upto]
    const from = begin === 0 ? 1 : await startOf(database, begin + 1)
    // Left to itself a server would take positions for rare types too, and look through all of the log, or types for those that nearly every commit has.
    const hint = rare ? BY_TYPE : BY_POSITION
    const commits = await database.read(() =>
      database.commits
        .find(
          { types: { $in: [...types] }, ...inChain({ from, to: end }) },
          { sort: { _id: forward ? 1 : -1 }, limit: limit + 2, projection: { n: 1, at: 1, messages: 1 }, hint },
        )
        .toArray(),
    )
    const entries = commits.flatMap((commit) => entriesIn(commit, ({ type }) => types.has(type)))
    if (!forward) entries.sort((one, other) => other.position - one.position)
    for (const entry of entries) if (entry.position > begin && entry.position <= end) found.push(entry)
    if (forward) after = end
    else upto = begin
  }
  return found
}

/** Whether commits by the index of types, of which it knows no order, cost less than to look on along the log until enough is found. */
function isRare(so: {
  readonly found: number
  readonly missing: number
  readonly looked: number
  readonly left: number
  readonly head: Position
}): boolean {
  const share = Math.max(so.found, 1) / so.looked
  return Math.min(so.missing / share, so.left) > POSITIONS_PER_COMMIT * share * so.head
}
