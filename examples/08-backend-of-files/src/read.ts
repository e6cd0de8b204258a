import {
  checkLimit,
  type DocumentQuery,
  type KeyedDocument,
  type Position,
  READ_LIMIT,
  type ReadPage,
  type ReadQuery,
  type StreamRange,
  type Version,
} from "@millrace/core/backend"

import { placeOf } from "./append.ts"
import type { Log } from "./log.ts"
import { merged } from "./waiting.ts"

interface Span {
  readonly after: Position
  readonly upto: Position
}

type StreamsQuery = Extract<ReadQuery, { readonly from: "streams" }>

export function read(log: Log, query: ReadQuery): ReadPage {
  if (query.from !== "ids") checkLimit("limit", query.limit)
  const limit = query.from === "ids" ? Infinity : Math.min(query.limit, READ_LIMIT)
  const messages: ReadPage["messages"][number][] = []
  const { head, trimmedTo } = log.row
  for (const position of positionsOf(log, query)) {
    const message = log.tables.messages.get(position)
    if (message === undefined) continue
    if (messages.length === limit) return { messages, more: true, head, trimmedTo }
    messages.push(message)
  }
  return { messages, more: false, head, trimmedTo }
}

function positionsOf(log: Log, query: ReadQuery): Iterable<Position> {
  switch (query.from) {
    case "log": {
      const { after = 0, upto = Infinity, types, direction } = query
      if (types === undefined) return between(log, after, upto, direction === "backward")
      const lists = [...new Set(types)].map((type) => ({ of: log.positions("type", type), after, upto }))
      return merged(lists, direction === "backward")
    }
    case "streams":
      return ofStreams(log, query)
    case "correlation":
      return merged([{ of: log.positions("correlation", query.correlationId), after: query.after ?? 0 }])
    case "ids":
      return [...new Set(query.ids.flatMap((id) => log.positions("id", id)))].sort((a, b) => a - b)
  }
}

function* between(log: Log, after: Position, upto: Position, backward: boolean): Iterable<Position> {
  const [first, last] = [Math.max(after, log.row.trimmedTo) + 1, Math.min(upto, log.row.head)]
  for (let step = 0; step <= last - first; step += 1) yield backward ? last - step : first + step
}

function* ofStreams(
  log: Log,
  { streams, include = "events", direction, afterPosition }: StreamsQuery,
): Iterable<Position> {
  const backward = direction === "backward"
  for (const range of streams) {
    const resume = range === streams[0] ? afterPosition : undefined
    const span = spanOf(log, range)
    const after = backward ? span.after : Math.max(span.after, resume ?? 0)
    const upto = backward ? Math.min(span.upto, (resume ?? Infinity) - 1) : span.upto
    const of = log.positions(include === "events" ? "events" : "stream", range.streamId)
    for (const position of merged([{ of, after, upto }], backward))
      if (include !== "commands" || log.tables.messages.get(position)?.kind === "command") yield position
  }
}

/** What belongs to a version lies between its event and the next one. */
function spanOf(log: Log, { streamId, after = 0, upto = Infinity }: StreamRange): Span {
  const trimmed = log.tables.streams.get(streamId)?.trimmed ?? 0
  const eventAt = (version: Version): Position =>
    version <= trimmed ? 0 : (log.positions("events", streamId)[version - trimmed - 1] ?? Infinity)
  return { after: after === 0 ? 0 : eventAt(after + 1) - 1, upto: eventAt(upto + 1) - 1 }
}

export function documents(log: Log, query: DocumentQuery): readonly KeyedDocument[] {
  const { collection } = query
  if ("ids" in query) return query.ids.flatMap((id) => log.tables.documents.get(placeOf(collection, id)) ?? [])
  checkLimit("limit", query.limit)
  const { after, limit } = query
  return [...log.tables.documents.values()]
    .filter((one) => one.collection === collection && (after === undefined || one.id > after))
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .slice(0, limit)
}
