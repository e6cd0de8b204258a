import type { Position, TrimCandidate } from "@millrace/core/backend"

import { BY_POSITION, type Database, inChain } from "../database.ts"
import { startOf } from "../segments.ts"

/** Commits asked for at once. */
const PAGE = 200

interface Within {
  readonly after: Position
  readonly upto: Position
  readonly limit: number
}

/** A message, and the commit that holds it. */
interface Found extends TrimCandidate {
  readonly commit: number
}

/** The oldest messages of a category above a position, in order: picked out of the log by the server. */
export async function oldestOf(
  database: Database,
  category: string,
  { after, upto, limit }: Within,
): Promise<readonly Found[]> {
  const found: Found[] = []
  let from = await startOf(database, after + 1)
  while (found.length < limit) {
    const begin = from
    const commits = await database.read(() =>
      database.commits
        .find(
          { ...inChain({ from: begin, to: upto }), "messages.stream": { $regex: namesOf(category) } },
          {
            sort: { _id: 1 },
            limit: PAGE,
            projection: { "messages.nth": 1, "messages.type": 1, "messages.stream": 1 },
            hint: BY_POSITION,
          },
        )
        .toArray(),
    )
    for (const { _id: first, messages = [] } of commits) {
      if (typeof first !== "number") continue
      from = first + 1
      for (const message of messages) {
        if (message === null || !isOf(category, message.stream)) continue
        const position = first + message.nth
        if (position > after && position <= upto && found.length < limit)
          found.push({ position, type: message.type, streamId: message.stream, commit: first })
      }
    }
    if (commits.length < PAGE) break
  }
  return found
}

export function isOf(category: string, stream: string): boolean {
  return stream === category || stream.startsWith(`${category}-`)
}

function namesOf(category: string): string {
  return `^${category.replaceAll(/[^A-Za-z0-9_]/gu, String.raw`\$&`)}(-|$)`
}
