import {
  checkLimit,
  type Position,
  READ_LIMIT,
  type ReadPage,
  type ReadQuery,
  type StreamRange,
} from "@millrace/core/backend"

import { BY_CONVERSATION, BY_KEY, type Database, inChain } from "./database.ts"
import { entriesIn } from "./entries-in.ts"
import { idKey } from "./keys.ts"
import type { Log } from "./log.ts"
import { lookUp } from "./look-up.ts"
import { ofTypes } from "./of-types.ts"
import { type LogEntry, readEntries, SEGMENT, segmentOf, startOf } from "./segments.ts"
import { storedMessageOf } from "./stored-message.ts"
import { readStream } from "./stream-messages.ts"

/** Where the log begins and ends at the moment of a read. */
export interface Bounds {
  readonly head: Position
  readonly trimmedTo: Position
}

export async function boundsOf(log: Pick<Log, "chain" | "look">): Promise<Bounds> {
  const trimmedTo = await log.look()
  return { head: log.chain.head, trimmedTo }
}

/** Reads messages at or below the head of the moment at which it begins. */
export async function read(log: Log, query: ReadQuery): Promise<ReadPage> {
  if (query.from !== "ids") checkLimit("limit", query.limit)
  const limit = query.from === "ids" ? query.ids.length : Math.min(query.limit, READ_LIMIT)
  const bounds = await boundsOf(log)
  const entries = (await entriesOf(log, query, { ...bounds, limit })).filter(
    ({ position }) => position > bounds.trimmedTo,
  )
  return {
    messages: entries.slice(0, limit).map(({ message, position, at }) => storedMessageOf(message, position, at)),
    more: entries.length > limit,
    ...bounds,
  }
}

/** What a query is held to. */
export type Within = Bounds & { readonly limit: number }

/** One more than the limit, where there are more. */
async function entriesOf(log: Log, query: ReadQuery, within: Within): Promise<readonly LogEntry[]> {
  switch (query.from) {
    case "log":
      return query.types === undefined ? ofLog(log, query, within) : ofTypes(log.database, query, within)
    case "streams":
      return ofStreams(log, query, within)
    case "correlation":
      return ofConversation(log.database, query, within)
    case "ids":
      return ofIds(log.database, query.ids, within)
  }
}

/** From so many messages on, whole segments are read, which stay in memory for whoever reads the same next. */
const BY_SEGMENTS = 200

async function ofLog(
  log: Log,
  query: Extract<ReadQuery, { readonly from: "log" }>,
  { head, trimmedTo, limit }: Within,
): Promise<readonly LogEntry[]> {
  const backward = query.direction === "backward"
  const found: LogEntry[] = []
  let low = Math.max(query.after ?? 0, trimmedTo)
  let high = Math.min(query.upto ?? head, head)
  // Once is enough where no position is empty; a trim of a category leaves empty ones.
  for (let size = limit + 1; low < high && found.length <= limit; size *= 2) {
    const [after, upto] = backward ? [Math.max(low, high - size), high] : [low, Math.min(high, low + size)]
    const entries = await ofStretch(log, { after, upto, head, backward })
    for (const entry of entries) found.push(entry)
    if (backward) high = after
    else low = upto
  }
  return found
}

/** The messages of a stretch of the log, in the direction asked for. */
async function ofStretch(
  { database, segments }: Log,
  {
    after,
    upto,
    head,
    backward,
  }: { readonly after: Position; readonly upto: Position; readonly head: Position; readonly backward: boolean },
): Promise<readonly LogEntry[]> {
  if (upto - after < BY_SEGMENTS) {
    const entries = await readEntries(database, after, upto)
    return backward ? entries.toReversed() : entries
  }
  const entries: LogEntry[] = []
  for (let number = segmentOf(after + 1); number * SEGMENT < upto; number += 1) {
    const segment = await segments.load(number, head)
    // The next one is on its way while these are handled.
    if (!backward) segments.readOn(number, head)
    for (const entry of segment) if (entry.position > after && entry.position <= upto) entries.push(entry)
  }
  return backward ? entries.reverse() : entries
}

async function ofConversation(
  database: Database,
  query: Extract<ReadQuery, { readonly from: "correlation" }>,
  { head, limit }: Within,
): Promise<readonly LogEntry[]> {
  const { correlationId, after = 0 } = query
  const from = after === 0 ? 1 : await startOf(database, after + 1)
  const range = inChain({ from, to: head })
  const projection = { n: 1, at: 1, messages: 1 } as const
  const most = limit + 2
  // What a message begins is found by its id; what others say in it by the index of conversations. Left to itself a server would take the range of positions.
  const [first, others] = await Promise.all([
    database.read(() =>
      database.commits.findOne({ keys: idKey(correlationId), ...range }, { projection, hint: BY_KEY }),
    ),
    database.read(() =>
      database.commits
        .find(
          { conversations: correlationId, ...range },
          { sort: { _id: 1 }, limit: most, projection, hint: BY_CONVERSATION },
        )
        .toArray(),
    ),
  ])
  return withFirst(first, others, most)
    .flatMap((commit) => entriesIn(commit, ({ id, correlation = id }) => correlation === correlationId))
    .filter(({ position }) => position > after && position <= head)
}

/** In order, and each once: a message may answer the one that begins its conversation in the same commit. Beyond a full page comes nothing. */
function withFirst<Commit extends { readonly _id: number | string }>(
  first: Commit | null,
  others: readonly Commit[],
  most: number,
): readonly Commit[] {
  if (first === null || others.some(({ _id }) => _id === first._id)) return others
  const at = others.findIndex(({ _id }) => _id > first._id)
  if (at >= 0) return others.toSpliced(at, 0, first)
  return others.length < most ? [...others, first] : others
}

async function ofIds(database: Database, ids: readonly string[], { head }: Within): Promise<readonly LogEntry[]> {
  if (ids.length === 0) return []
  const wanted = new Set(ids)
  const { commits: holding } = await lookUp(database, { ids: [...wanted], once: [], ends: [] })
  const commits = await database.read(() =>
    database.commits
      .find({ _id: { $in: [...holding] } }, { sort: { _id: 1 }, projection: { n: 1, at: 1, messages: 1 } })
      .toArray(),
  )
  return commits
    .flatMap((commit) => entriesIn(commit, ({ id }) => wanted.has(id)))
    .filter(({ position }) => position <= head)
}

async function ofStreams(log: Log, query: StreamsQuery, within: Within): Promise<readonly LogEntry[]> {
  const found: LogEntry[] = []
  let resume = query.afterPosition
  for (const range of query.streams) {
    found.push(...(await ofStream(log, query, range, { ...within, limit: within.limit - found.length, resume })))
    if (found.length > within.limit) return found
    resume = undefined
  }
  return found
}

/** The most commits read in one go. */
const COMMITS = 1_000

type StreamsQuery = Extract<ReadQuery, { readonly from: "streams" }>

async function ofStream(
  log: Log,
  query: StreamsQuery,
  range: StreamRange,
  within: Within & { readonly resume: Position | undefined },
): Promise<readonly LogEntry[]> {
  const { after = 0, upto } = range
  const { limit, trimmedTo } = within
  const whole = { from: after === 0 ? 0 : after + 1, upto }
  if (query.include === "commands" || within.resume !== undefined) return ofVersions(log, query, range, within, whole)
  // Versions have no gaps, so a page of a long stream is known by its versions.
  if (query.direction === "backward") {
    const known = log.chain.version(range.streamId)
    const last = known === undefined ? undefined : Math.min(upto ?? known, known)
    const from = last === undefined ? whole.from : Math.max(whole.from, last - limit)
    const page = await ofVersions(log, query, range, within, { from, upto: last ?? upto })
    // Appends since the read began may have made those versions others than the last ones that it sees.
    return page.length > limit || from === whole.from ? page : ofVersions(log, query, range, within, whole)
  }
  const last = Math.min(upto ?? Number.MAX_SAFE_INTEGER, after + limit + 1)
  const page = await ofVersions(log, query, range, within, { from: whole.from, upto: last })
  const isWhole = trimmedTo === 0 && log.thinned === 0
  if (isWhole || last === upto || page.length > limit) return page
  // But where its first ones were trimmed, the page begins further up.
  const begins = page.some(({ message }) => message.kind === "event" && message.version === after + 1)
  return begins ? page : ofVersions(log, query, range, within, whole)
}

/** What a query asks of a stream, looked for among these versions. */
async function ofVersions(
  { database }: Log,
  { include = "events", direction = "forward" }: StreamsQuery,
  { streamId, after = 0, upto }: StreamRange,
  { head, trimmedTo, limit, resume }: Within & { readonly resume: Position | undefined },
  versions: { readonly from: number; readonly upto: number | undefined },
): Promise<readonly LogEntry[]> {
  const forward = direction === "forward"
  const found: LogEntry[] = []
  let [low, high] = [trimmedTo, head]
  if (resume !== undefined) [low, high] = forward ? [Math.max(low, resume), high] : [low, Math.min(high, resume - 1)]
  for (;;) {
    const page = await readStream(database, {
      stream: streamId,
      from: versions.from,
      ...(versions.upto === undefined ? {} : { upto: versions.upto }),
      after: low,
      to: high,
      direction,
      commits: Math.min(limit + 1, COMMITS),
    })
    for (const entry of page.entries)
      if (fits(entry, { include, from: after === 0 ? 0 : after + 1, upto })) found.push(entry)
    if (page.next === undefined || found.length > limit) return found
    if (forward) low = page.next
    else high = page.next
  }
}

/** Whether a message of a commit is one of those asked for: its neighbours of the same stream came with it. */
function fits(
  { message }: LogEntry,
  {
    include,
    from,
    upto,
  }: { readonly include: "events" | "commands" | "all"; readonly from: number; readonly upto: number | undefined },
): boolean {
  if (include !== "all" && message.kind !== (include === "events" ? "event" : "command")) return false
  return message.version >= from && (upto === undefined || message.version <= upto)
}
