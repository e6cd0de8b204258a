import {
  checkLimit,
  type MessageId,
  partitionOf,
  type Position,
  READ_LIMIT,
  type ReadPage,
  type ReadQuery,
  type StoredMessage,
  type StreamRange,
  toSortable,
} from "@millrace/core/backend"

import type { Word } from "./connection.ts"
import type { Log } from "./log.ts"
import { messageOfEntry } from "./message-entry.ts"
import { int, list } from "./reply.ts"
import { scripts } from "./scripts.ts"

/** The most one script reads, so that it holds nobody up for long. */
const PAGE_MESSAGES = 250
const PAGE_BYTES = 1_000_000

/** What one script read. `stream`: at which of the streams asked it was cut. */
interface Part {
  readonly messages: readonly StoredMessage[]
  readonly cut: boolean
  readonly stream: number
  readonly head: Position
  readonly trimmedTo: Position
}

/** Where the next script goes on. */
type Reading = Exclude<ReadQuery, { readonly from: "ids" }>

/** Reads messages, page by page. What lies at or below the head of the first page never changes, so the pages are one view. */
export async function read(log: Log, query: ReadQuery): Promise<ReadPage> {
  if (query.from === "ids") return readIds(log, query.ids)
  checkLimit("limit", query.limit)
  const limit = Math.min(query.limit, READ_LIMIT)
  const messages: StoredMessage[] = []
  let reading: Reading = query
  let first: Part | undefined
  for (;;) {
    const wanted = Math.min(PAGE_MESSAGES, limit - messages.length + 1)
    const words = [first?.head ?? "", directionOf(query), ...wordsOf(reading, log.partitions)]
    const part = await readPart(log, wanted, words)
    first ??= part
    messages.push(...part.messages)
    if (!part.cut || messages.length > limit) {
      const { head, trimmedTo } = first
      return { messages: messages.slice(0, limit), more: messages.length > limit, head, trimmedTo }
    }
    reading = behind(reading, part)
  }
}

async function readIds(log: Log, ids: readonly MessageId[]): Promise<ReadPage> {
  const unique = [...new Set(ids)]
  const messages: StoredMessage[] = []
  let [head, trimmedTo] = [0, 0]
  for (let at = 0; at === 0 || at < unique.length;) {
    const some = unique.slice(at, at + PAGE_MESSAGES)
    const part = await readPart(log, PAGE_MESSAGES, ["", "forward", "ids", some.length, ...some])
    ;({ head, trimmedTo } = part)
    messages.push(...part.messages)
    at += PAGE_MESSAGES
    if (!part.cut) continue
    // Large messages cut the page: what is left of it is asked for again.
    const got = new Set(part.messages.map(({ id }) => id))
    unique.push(...some.filter((id) => !got.has(id)))
  }
  return { messages: messages.sort((a, b) => a.position - b.position), more: false, head, trimmedTo }
}

async function readPart(log: Log, wanted: number, words: readonly Word[]): Promise<Part> {
  const answer = list(await log.run(scripts.read, [wanted, PAGE_BYTES, ...words]))
  log.saw(int(answer[0]))
  return {
    head: int(answer[0]),
    trimmedTo: int(answer[1]),
    cut: int(answer[2]) === 1,
    stream: int(answer[3]),
    messages: list(answer[4]).map(messageOfEntry),
  }
}

function directionOf(query: Reading): "forward" | "backward" {
  return query.from === "correlation" ? "forward" : (query.direction ?? "forward")
}

/** The rest of a query whose first part was read. */
function behind(reading: Reading, { messages, stream }: Part): Reading {
  const last = messages.at(-1)?.position
  switch (reading.from) {
    case "correlation":
      return { ...reading, after: last ?? reading.after ?? 0 }
    case "log":
      if (last === undefined) return reading
      return reading.direction === "backward" ? { ...reading, upto: last - 1 } : { ...reading, after: last }
    case "streams": {
      const { afterPosition, streams, ...rest } = reading
      const left = streams.slice(stream)
      const ofThis = messages.findLast(({ streamId }) => streamId === left[0]?.streamId)?.position
      const resume = ofThis ?? (stream === 0 ? afterPosition : undefined)
      return { ...rest, streams: left, ...(resume === undefined ? {} : { afterPosition: resume }) }
    }
  }
}

function wordsOf(query: Reading, partitions: number): readonly Word[] {
  switch (query.from) {
    case "correlation":
      return ["correlation", query.correlationId, query.after ?? 0]
    case "log": {
      const span = [query.after ?? 0, query.upto ?? ""]
      return query.types === undefined ? ["log", ...span] : ["types", ...span, query.types.length, ...query.types]
    }
    case "streams":
      return [
        "streams",
        query.include ?? "events",
        query.afterPosition ?? "",
        query.streams.length,
        ...query.streams.flatMap((range) => wordsOfRange(range, partitions)),
      ]
  }
}

function wordsOfRange({ streamId, after, upto }: StreamRange, partitions: number): readonly Word[] {
  return [toSortable(streamId), partitionOf(streamId, partitions), after ?? 0, upto ?? ""]
}
