import {
  checkLimit,
  type Position,
  READ_LIMIT,
  type ReadPage,
  type ReadQuery,
  type StreamRange,
  toSortable,
} from "@millrace/core/backend"

import type { Connection, Row, Value } from "./database.ts"
import { numberList, textList } from "./list.ts"
import { messageOf } from "./message-row.ts"
import { int } from "./row.ts"
import { selectByIds } from "./sql/select-by-ids.ts"
import { selectConversation } from "./sql/select-conversation.ts"
import { selectLogPage } from "./sql/select-log-page.ts"
import { selectStreamPage } from "./sql/select-stream-page.ts"
import { selectTypesPage } from "./sql/select-types-page.ts"
import type { Statement } from "./statement.ts"

/** Above every position. */
const END = Number.MAX_SAFE_INTEGER

/** Reads messages: one statement, so one moment of the log. */
export async function read(on: Connection, query: ReadQuery, partitions: number): Promise<ReadPage> {
  if (query.from !== "ids") checkLimit("limit", query.limit)
  const limit = query.from === "ids" ? query.ids.length : Math.min(query.limit, READ_LIMIT)
  const { statement, values } = statementOf(query, limit + 1, partitions)
  const rows = await on.rows(statement, ...values)
  const [first] = rows
  const messages = rows.filter((row) => row[HEAD_WIDTH] !== null).slice(0, limit)
  return {
    messages: messages.map((row) => messageOf(row, HEAD_WIDTH)),
    more: rows.length > limit,
    head: int(first?.[0]),
    trimmedTo: int(first?.[1]),
  }
}

/** Each row begins with head and trimmed_to; a page without messages is one row of these. */
const HEAD_WIDTH = 2

interface Reading {
  readonly statement: Statement
  readonly values: readonly Value[]
}

function statementOf(query: ReadQuery, rows: number, partitions: number): Reading {
  switch (query.from) {
    case "log":
      return ofLog(query, rows, partitions)
    case "streams":
      return ofStreams(query, rows)
    case "correlation":
      return { statement: selectConversation, values: [query.correlationId, query.after ?? 0, rows] }
    case "ids":
      return { statement: selectByIds, values: [textList([...new Set(query.ids)])] }
  }
}

function ofLog(query: Extract<ReadQuery, { readonly from: "log" }>, rows: number, partitions: number): Reading {
  const { direction = "forward", after = 0, upto = END, types } = query
  if (types === undefined) return { statement: selectLogPage[direction], values: [after, upto, rows] }
  return {
    statement: selectTypesPage[direction],
    values: [after, upto, rows, textList([...new Set(types)]), partitions],
  }
}

function ofStreams(query: Extract<ReadQuery, { readonly from: "streams" }>, rows: number): Reading {
  const { direction = "forward", include = "events", streams, afterPosition } = query
  const values = [
    textList(streams.map(({ streamId }) => toSortable(streamId))),
    numberList(streams.map(lowest)),
    numberList(streams.map(({ upto }) => upto ?? END)),
    include === "events" ? "{1}" : include === "commands" ? "{0,2}" : "{0,1,2}",
    rows,
    resumeAt(direction, afterPosition),
  ]
  return { statement: selectStreamPage[direction], values }
}

function lowest({ after = 0 }: StreamRange): number {
  return after === 0 ? 0 : after + 1
}

/** Where the first stream goes on: above a position, or going backward below it. */
function resumeAt(direction: "forward" | "backward", afterPosition: Position | undefined): number {
  return afterPosition ?? (direction === "forward" ? 0 : END)
}

/** Messages of rows without a head before them. */
export function messagesOf(rows: readonly Row[]): readonly ReturnType<typeof messageOf>[] {
  return rows.map((row) => messageOf(row))
}
