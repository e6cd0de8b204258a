import type { Position } from "@millrace/core/backend"

import type { CommitDocument, KeyUse } from "../commit-document.ts"
import type { Database } from "../database.ts"
import { positionsOf } from "../positions-of.ts"
import { readEntries } from "../segments.ts"

/** The most positions whose messages are looked for at once. */
const STRETCH = 5_000

/** The most commits deleted by one command. */
const PAGE = 1_000

interface Beside {
  readonly id: CommitDocument["_id"]
  readonly use: KeyUse
}

/**
 * A restore puts idempotency keys beside the chain. Of appends that lay in part between two positions, both counted, the keys go where nothing of them is
 * left. May be done twice.
 */
export async function dropKeysBeside(
  database: Database,
  { first, last }: { readonly first: Position; readonly last: Position },
): Promise<void> {
  const found = await database.read(() =>
    database.commits
      .find(
        { _id: { $gt: "" }, uses: { $elemMatch: { first: { $gt: 0, $lte: last }, last: { $gte: first } } } },
        { projection: { uses: 1 } },
      )
      .toArray(),
  )
  const keys = found
    .flatMap(({ _id, uses = [] }) => uses.map((use): Beside => ({ id: _id, use })))
    .toSorted((one, other) => one.use.first - other.use.first)
  const dead: CommitDocument["_id"][] = []
  for (const stretch of stretchesOf(keys)) {
    const [begin, end] = [stretch[0]?.use.first ?? 1, Math.max(...stretch.map(({ use }) => use.last))]
    const left = new Set((await readEntries(database, begin - 1, end)).map(({ position }) => position))
    for (const { id, use } of stretch)
      if (!positionsOf(use.first, use.last).some((position) => left.has(position))) dead.push(id)
  }
  for (let at = 0; at < dead.length; at += PAGE) {
    const ids = dead.slice(at, at + PAGE)
    await database.write(() => database.commits.deleteMany({ _id: { $in: ids } }))
  }
}

/** Keys that rise, in runs that lie so close together that one look tells of all of them. */
function stretchesOf(keys: readonly Beside[]): readonly (readonly Beside[])[] {
  const stretches: Beside[][] = []
  for (const key of keys) {
    const stretch = stretches.at(-1)
    const begin = stretch?.[0]?.use.first ?? 0
    if (stretch === undefined || key.use.last - begin > STRETCH) stretches.push([key])
    else stretch.push(key)
  }
  return stretches
}
