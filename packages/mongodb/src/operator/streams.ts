import { categoryOf, checkLimit, type StreamInfo, type StreamQuery } from "@millrace/core/backend"
import type { Filter } from "mongodb"

import { count } from "../counts.ts"
import type { Log } from "../log.ts"
import { nameKey } from "../name-key.ts"
import { boundsOf } from "../read.ts"
import type { StreamDocument } from "../stored.ts"

/** Streams by id, or the most recently appended to first: those counted, and what lies behind the counted part of the log. */
export async function streams(log: Log, { by, category, limit, after }: StreamQuery): Promise<readonly StreamInfo[]> {
  checkLimit("limit", limit)
  const { database } = log
  const { head } = await boundsOf(log)
  const tail = await count(log, head)
  const filter: Filter<StreamDocument> = {
    ...(category === undefined ? {} : { category }),
    ...(by === "id" && after !== undefined ? { _id: { $gt: nameKey(after) } } : {}),
  }
  const [page, touched] = await Promise.all([
    database.read(() =>
      database.streams.find(filter, { sort: by === "id" ? { _id: 1 } : { last: -1 }, limit }).toArray(),
    ),
    database.read(() => database.streams.find({ _id: { $in: [...tail.streams.keys()].map(nameKey) } }).toArray()),
  ])
  const all = new Map<string, StreamInfo>()
  for (const { stream, version, messages, last } of [...page, ...touched])
    all.set(stream, { streamId: stream, version, messages, lastPosition: last })
  for (const [streamId, { messages, version, last }] of tail.streams) {
    const before = all.get(streamId)
    all.set(streamId, { streamId, version, messages: messages + (before?.messages ?? 0), lastPosition: last })
  }
  const chosen = [...all.values()]
    .filter(({ streamId }) => category === undefined || categoryOf(streamId) === category)
    .filter(({ streamId }) => by === "recent" || after === undefined || streamId > after)
  const ordered =
    by === "id"
      ? chosen.toSorted((one, other) => (one.streamId < other.streamId ? -1 : 1))
      : chosen.toSorted((one, other) => other.lastPosition - one.lastPosition)
  return ordered.slice(0, limit)
}
