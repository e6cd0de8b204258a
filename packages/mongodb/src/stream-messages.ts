import type { Position, StreamId, Version } from "@millrace/core/backend"

import { BY_KEY, type Database, inChain } from "./database.ts"
import { streamRange } from "./keys.ts"
import { type LogEntry, startOf } from "./segments.ts"

/** Which messages of a stream to read. */
export interface StreamPart {
  readonly stream: StreamId
  /** The versions they belong to. */
  readonly from?: Version
  readonly upto?: Version
  /** Positions above, and up to. */
  readonly after: Position
  readonly to: Position
  readonly direction: "forward" | "backward"
  /** The most commits to read. */
  readonly commits: number
}

/**
 * The messages of a stream, in order of the direction, picked out of their commits by the server. `next`: there may be more, from this position on (forward: above it,
 * backward: at or below it). A page may be empty and have a next one: what its commits hold of the stream may lie outside of the part, or be trimmed.
 */
export async function readStream(
  database: Database,
  part: StreamPart,
): Promise<{ readonly entries: readonly LogEntry[]; readonly next: Position | undefined }> {
  const { stream, after, to, direction } = part
  if (to <= after) return { entries: [], next: undefined }
  const start = after === 0 ? 1 : await startOf(database, after + 1)
  const keys = { $elemMatch: streamRange(stream, part.from, part.upto) }
  const found = await database.read(() =>
    database.commits
      .aggregate<Picked>(
        [
          // What a trim has left of a commit has no messages.
          { $match: { keys, messages: { $exists: true }, ...inChain({ from: start, to }) } },
          { $sort: { _id: direction === "forward" ? 1 : -1 } },
          { $limit: part.commits },
          {
            $project: {
              at: 1,
              n: 1,
              messages: { $filter: { input: "$messages", cond: { $eq: ["$$this.stream", { $literal: stream }] } } },
            },
          },
        ],
        // The server takes the range of positions for the smaller one, and looks through the whole log. Where versions have no end, it may be.
        part.upto === undefined ? {} : { hint: BY_KEY },
      )
      .toArray(),
  )
  const entries = found.flatMap(({ _id, at, messages }) => {
    const own = messages.flatMap((message): LogEntry[] => {
      const position = _id + message.nth
      return position > after && position <= to ? [{ position, at, message }] : []
    })
    return direction === "forward" ? own : own.reverse()
  })
  const last = found.length === part.commits ? found.at(-1) : undefined
  if (last === undefined) return { entries, next: undefined }
  return { entries, next: direction === "forward" ? last._id + last.n - 1 : last._id - 1 }
}

type Picked = Pick<LogEntry, "at"> & {
  readonly _id: number
  readonly n: number
  readonly messages: readonly LogEntry["message"][]
}

/** The messages of a stream above a position, a page at a time. `readTo`: everything up to there is in it. */
export async function readStreamAbove(
  database: Database,
  stream: StreamId,
  { after, upto, commits }: { readonly after: Position; readonly upto: Position; readonly commits: number },
): Promise<{ readonly entries: readonly LogEntry[]; readonly readTo: Position }> {
  const { entries, next = upto } = await readStream(database, {
    stream,
    after,
    to: upto,
    direction: "forward",
    commits,
  })
  return { entries, readTo: Math.min(next, upto) }
}
