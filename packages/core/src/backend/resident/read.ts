import type { Position } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import { READ_LIMIT, type ReadPage, type ReadQuery, type StreamRange } from "../read.ts"
import { checkLimit } from "../rules/check-arguments.ts"
import { headOf, type LogState, messageAt } from "./log-state.ts"
import { indexAbove, type Positions } from "./positions.ts"

/** Reads messages of one moment: nothing changes while this runs. */
export function read(log: LogState, query: ReadQuery): ReadPage {
  const limit = query.from === "ids" ? query.ids.length : Math.min(query.limit, READ_LIMIT)
  if (query.from !== "ids") checkLimit("limit", query.limit)
  const messages: StoredMessage[] = []
  let more = false
  for (const position of positionsOf(log, query)) {
    const message = messageAt(log, position)
    if (message === undefined) continue
    if (messages.length === limit) {
      more = true
      break
    }
    messages.push(message)
  }
  return { messages, more, head: headOf(log), trimmedTo: log.trimmedTo }
}

function positionsOf(log: LogState, query: ReadQuery): Iterable<Position> {
  switch (query.from) {
    case "log":
      return ofLog(log, query)
    case "streams":
      return ofStreams(log, query)
    case "correlation": {
      const found = log.conversations.get(query.correlationId) ?? []
      const positions = typeof found === "number" ? [found] : found
      return inOrder(positions, { after: query.after ?? 0, upto: headOf(log), direction: "forward" })
    }
    case "ids":
      return [...new Set(query.ids.map((id) => log.byId.get(id) ?? 0))].sort((a, b) => a - b)
  }
}

function* ofLog(log: LogState, query: Extract<ReadQuery, { readonly from: "log" }>): Iterable<Position> {
  const direction = query.direction ?? "forward"
  const after = Math.max(query.after ?? 0, log.trimmedTo)
  const upto = Math.min(query.upto ?? headOf(log), headOf(log))
  if (query.types !== undefined) {
    const lists = [...new Set(query.types)].map((type) => log.types.get(type) ?? [])
    yield* merged(lists, { after, upto, direction })
  } else if (direction === "forward") {
    for (let position = after + 1; position <= upto; position += 1) yield position
  } else {
    for (let position = upto; position > after; position -= 1) yield position
  }
}

function* ofStreams(log: LogState, query: Extract<ReadQuery, { readonly from: "streams" }>): Iterable<Position> {
  const direction = query.direction ?? "forward"
  let resume = query.afterPosition
  for (const range of query.streams) {
    yield* ofStream(log, range, { direction, include: query.include ?? "events", resume })
    resume = undefined
  }
}

function* ofStream(
  log: LogState,
  { streamId, after = 0, upto }: StreamRange,
  how: {
    readonly direction: "forward" | "backward"
    readonly include: "events" | "commands" | "all"
    readonly resume: Position | undefined
  },
): Iterable<Position> {
  const stream = log.streams.get(streamId)
  if (stream === undefined) return
  const { events, positions, trimmed } = stream
  // What belongs to a version lies between its event and the next one.
  const eventAt = (version: number): Position | undefined => (version <= trimmed ? 0 : events[version - trimmed - 1])
  const first = after === 0 ? 0 : (eventAt(after + 1) ?? Number.POSITIVE_INFINITY)
  const behind = upto === undefined ? undefined : eventAt(upto + 1)
  const span = { after: first - 1, upto: behind === undefined ? stream.lastPosition : behind - 1, ...how }
  const bounds =
    how.resume === undefined
      ? span
      : how.direction === "forward"
        ? { ...span, after: Math.max(span.after, how.resume) }
        : { ...span, upto: Math.min(span.upto, how.resume - 1) }
  if (how.include === "events") yield* inOrder(events, bounds)
  else if (how.include === "all") yield* inOrder(positions, bounds)
  else
    for (const position of inOrder(positions, bounds)) {
      if (messageAt(log, position)?.kind === "command") yield position
    }
}

interface Span {
  readonly after: Position
  readonly upto: Position
  readonly direction: "forward" | "backward"
}

function* inOrder(positions: Positions, { after, upto, direction }: Span): Iterable<Position> {
  const begin = indexAbove(positions, after)
  const end = indexAbove(positions, upto)
  if (direction === "forward") for (let at = begin; at < end; at += 1) yield positions[at] ?? 0
  else for (let at = end - 1; at >= begin; at -= 1) yield positions[at] ?? 0
}

function* merged(lists: readonly Positions[], span: Span): Iterable<Position> {
  const cursors = lists.map((list) => {
    const each = inOrder(list, span)[Symbol.iterator]()
    return { each, next: each.next() }
  })
  const sign = span.direction === "forward" ? 1 : -1
  for (;;) {
    let best: (typeof cursors)[number] | undefined
    for (const cursor of cursors) {
      if (cursor.next.done === true) continue
      if (best === undefined || sign * (cursor.next.value - best.next.value) < 0) best = cursor
    }
    if (best === undefined) return
    yield best.next.value
    best.next = best.each.next()
  }
}
