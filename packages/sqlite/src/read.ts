import {
  BackendError,
  checkLimit,
  checkPosition,
  READ_LIMIT,
  type ReadPage,
  type ReadQuery,
  type StreamRange,
  toSortable,
} from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { type LogRow, readLogRow } from "./log-row.ts"
import type { Memo } from "./memo.ts"
import { messageOf } from "./message-row.ts"
import { int, type Row } from "./row.ts"
import { selectByIds } from "./sql/select-by-ids.ts"
import { selectByPositions } from "./sql/select-by-positions.ts"
import { selectConversation } from "./sql/select-conversation.ts"
import { selectLogPage } from "./sql/select-log-page.ts"
import { selectStreamPage } from "./sql/select-stream-page.ts"
import { RANGES_PER_PAGE, selectTypedPositions } from "./sql/select-typed-positions.ts"

type LogQuery = Extract<ReadQuery, { from: "log" }>
type StreamsQuery = Extract<ReadQuery, { from: "streams" }>

/** Above every position and version. */
const END = Number.MAX_SAFE_INTEGER

/** Reads in one transaction, so that the answer is one view of the log. */
export function readPage(db: Connection, query: ReadQuery, memo: Memo): ReadPage {
  check(query)
  return inOneView(db, () => {
    const log = readLogRow(db)
    const limit = "limit" in query ? Math.min(query.limit, READ_LIMIT) : query.ids.length
    const rows = rowsOf(db, query, limit, log, memo)
    const messages = rows.slice(0, limit).map((row) => messageOf(row, memo.types, db))
    return { messages, more: rows.length > limit, head: log.head, trimmedTo: log.trimmedTo }
  })
}

/** A connection that is inside a transaction has one view already. */
export function inOneView<T>(db: Connection, read: () => T): T {
  if (db.db.isTransaction) return read()
  db.run("BEGIN")
  try {
    return read()
  } finally {
    db.run("COMMIT")
  }
}

function check(query: ReadQuery): void {
  if (query.from === "ids") {
    if (query.ids.length > READ_LIMIT)
      throw new BackendError("invalid", `${query.ids.length} ids: ask for at most ${READ_LIMIT}`)
    return
  }
  checkLimit("limit", query.limit)
  if (query.from === "streams") {
    if (query.afterPosition !== undefined) checkPosition("afterPosition", query.afterPosition)
    for (const { after, upto } of query.streams) {
      if (after !== undefined) checkPosition("after", after)
      if (upto !== undefined) checkPosition("upto", upto)
    }
    return
  }
  if (query.after !== undefined) checkPosition("after", query.after)
  if (query.from === "log" && query.upto !== undefined) checkPosition("upto", query.upto)
}

/** One row more than the limit, where there is one. */
function rowsOf(db: Connection, query: ReadQuery, limit: number, log: LogRow, memo: Memo): readonly Row[] {
  switch (query.from) {
    case "log":
      return logRows(db, query, limit, log, memo)
    case "streams":
      return streamRows(db, query, limit, log, memo)
    case "correlation":
      return db.all(selectConversation, query.correlationId, query.after ?? 0, limit + 1)
    case "ids":
      return db.all(selectByIds, JSON.stringify(query.ids))
  }
}

function logRows(db: Connection, query: LogQuery, limit: number, log: LogRow, memo: Memo): readonly Row[] {
  const forward = query.direction !== "backward"
  const after = query.after ?? 0
  const upto = Math.min(query.upto ?? END, log.head)
  if (query.types === undefined) {
    return db.all(forward ? selectLogPage.forward : selectLogPage.backward, after, upto, limit + 1)
  }
  const types = new Set(query.types.map((type) => memo.types.known(db, type)).filter((id) => id !== undefined))
  const places = Array.from({ length: memo.partitions() }, (_, at) => at)
  const pairs = [...types].flatMap((type) => places.flatMap((place) => [place, type]))
  if (pairs.length === 0) return []
  if (pairs.length / 2 > RANGES_PER_PAGE) {
    const sql = forward ? selectLogPage.typedForward : selectLogPage.typedBackward
    return db.all(sql, after, upto, limit + 1, JSON.stringify([...types]))
  }
  const sql = selectTypedPositions(pairs.length / 2, forward ? "ASC" : "DESC")
  const positions = db.all(sql, after, upto, limit + 1, ...pairs).map((row) => int(row[0]))
  return positions.length === 0 ? [] : db.all(selectByPositions, JSON.stringify(positions))
}

function streamRows(db: Connection, query: StreamsQuery, limit: number, log: LogRow, memo: Memo): readonly Row[] {
  const rows: Row[] = []
  for (const [at, range] of query.streams.entries()) {
    if (rows.length > limit) break
    if (floorOf(range) >= (memo.versionIn(log, range.streamId) ?? END)) continue
    rows.push(...oneStream(db, query, range, at === 0 ? query.afterPosition : undefined, limit + 1 - rows.length))
  }
  return rows
}

function oneStream(
  db: Connection,
  { include, direction }: StreamsQuery,
  range: StreamRange,
  afterPosition: number | undefined,
  limit: number,
): readonly Row[] {
  const forward = direction !== "backward"
  const sql = selectStreamPage[include ?? "events"][forward ? "forward" : "backward"]
  const above = forward ? (afterPosition ?? 0) : 0
  const below = forward ? END : (afterPosition ?? END)
  return db.all(sql, toSortable(range.streamId), floorOf(range), range.upto ?? END, above, below, limit)
}

/** Above which version a range begins: 0 is before the commands that came before the first event, too. */
function floorOf({ after = 0 }: StreamRange): number {
  return after === 0 ? -1 : after
}
