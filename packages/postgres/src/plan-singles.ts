import {
  type Append,
  checkAppend,
  meetsExpectation,
  type Message,
  type MessageJson,
  partitionOf,
  toSortable,
  type Verdict,
} from "@millrace/core/backend"

import type { Value } from "./database.ts"
import { numberList, textList, textListOrNull } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import { encodeMessage } from "./message-row.ts"
import { NO_LIMIT } from "./plan-appends.ts"
import { TypeHeads } from "./type-heads.ts"

/** A group of appends as the function `append` takes it, judged by what they expect themselves. */
export interface PlannedSingles {
  readonly values: readonly Value[]
  /** The verdicts, once the log has taken them all: from its head before, and the versions that the streams had. */
  verdicts(base: number, versions: readonly number[]): readonly Verdict[]
}

/** A stream of the group: what its version is assumed to be, and what is added to it. */
interface Stream {
  readonly streamId: string
  readonly partition: number
  /** Its place among the streams, from 1, in the order of their last messages. */
  number: number
  low: number
  high: number
  events: number
  messages: number
  /** Offset of its last message from the head. */
  last: number
}

/** Where an append of the group comes to lie, as offsets. */
interface Placed {
  readonly stream: Stream
  readonly first: number
  readonly last: number
  /** How many events the stream has been given up to here. */
  readonly events: number
}

/**
 * Plans appends of one stream each and nothing besides, as nearly all are: what `planAppends` and `appendValues` do, in one pass that keeps no more than it
 * sends. `undefined` for all others, for what can not be stored, and for expectations that contradict each other: these are judged one by one. Ids are left to the log's
 * index: one that occurs twice is refused there, and then judged.
 */
export function planSingles(
  appends: readonly Append[],
  log: Pick<Log, "settings" | "partitions" | "holds">,
): PlannedSingles | undefined {
  const group = new Group(log)
  for (const append of appends) if (!group.take(append)) return undefined
  return group.planned()
}

class Group {
  readonly #log: Pick<Log, "settings" | "partitions" | "holds">
  readonly #streams = new Map<string, Stream>()
  readonly #placed: Placed[] = []
  readonly #types: TypeHeads
  #count = 0
  #assumed = false
  readonly #streamOf: Stream[] = []
  readonly #kinds: number[] = []
  readonly #typeNumbers: number[] = []
  readonly #versions: number[] = []
  readonly #ids: string[] = []
  readonly #created: string[] = []
  readonly #payloads: string[] = []
  readonly #causations: (string | null)[] = []
  readonly #correlations: (string | null)[] = []
  readonly #metadata: (string | null)[] = []

  constructor(log: Pick<Log, "settings" | "partitions" | "holds">) {
    this.#log = log
    this.#types = new TypeHeads(log.partitions)
  }

  /** False when the append is none of those that can be planned so. */
  take(append: Append): boolean {
    const [one] = append.streams
    if (one === undefined || append.streams.length > 1 || one.messages.length === 0) return false
    if (append.schedules !== undefined || append.documents !== undefined || append.idempotencyKey !== undefined)
      return false
    const written: MessageJson[] = []
    if (checkAppend(append, this.#log.holds, written) !== undefined) return false
    const stream = this.#stream(one.streamId)
    if (one.expected !== "any") {
      this.#assumed = true
      if (!assume(stream, one.expected)) return false
    }
    const first = this.#count + 1
    one.messages.forEach((message, at) => this.#add(stream, message, written[at]))
    this.#placed.push({ stream, first, last: this.#count, events: stream.events })
    return true
  }

  planned(): PlannedSingles {
    const streams = inOrderOfLast([...this.#streams.values()])
    const placed = this.#placed
    return {
      values: this.#values(streams),
      verdicts: (base, versions) =>
        placed.map(({ stream, first, last, events }) => ({
          kind: "appended",
          firstPosition: base + first,
          position: base + last,
          streams: [{ streamId: stream.streamId, version: (versions[stream.number - 1] ?? 0) + events }],
        })),
    }
  }

  #stream(streamId: string): Stream {
    const known = this.#streams.get(streamId)
    if (known !== undefined) return known
    const partition = partitionOf(streamId, this.#log.partitions)
    const number = this.#streams.size + 1
    const made = { streamId, partition, number, low: 0, high: NO_LIMIT, events: 0, messages: 0, last: 0 }
    this.#streams.set(streamId, made)
    return made
  }

  #add(stream: Stream, message: Message, json: MessageJson | undefined): void {
    const { kind, causation, correlation, metadata, payload } = encodeMessage(message, json)
    const command = message.kind !== "event"
    this.#count += 1
    stream.messages += 1
    stream.last = this.#count
    if (!command) stream.events += 1
    this.#streamOf.push(stream)
    this.#kinds.push(kind)
    this.#typeNumbers.push(this.#types.raise(message.type, stream.partition, this.#count, command))
    this.#versions.push(stream.events)
    this.#ids.push(message.id)
    this.#created.push(message.createdAt)
    this.#payloads.push(payload)
    this.#causations.push(causation)
    this.#correlations.push(correlation)
    this.#metadata.push(metadata)
  }

  #values(streams: readonly Stream[]): readonly Value[] {
    return [
      clockOf(this.#log),
      this.#log.settings.lockTimeoutMs,
      this.#count,
      0,
      textList(streams.map(({ streamId }) => toSortable(streamId))),
      numberList(streams.map(({ partition }) => partition)),
      this.#assumed ? numberList(streams.map(({ low }) => low)) : null,
      this.#assumed ? numberList(streams.map(({ high }) => high)) : null,
      numberList(streams.map(({ events }) => events)),
      numberList(streams.map(({ messages }) => messages)),
      numberList(streams.map(({ last }) => last)),
      textList(this.#ids),
      numberList(this.#kinds),
      numberList(this.#typeNumbers),
      numberList(this.#streamOf.map(({ number }) => number)),
      numberList(this.#versions),
      textListOrNull(this.#causations),
      textListOrNull(this.#correlations),
      textList(this.#created),
      textListOrNull(this.#metadata),
      textList(this.#payloads),
      ...this.#types.values(),
      null,
    ]
  }
}

/** Takes for granted what an append expects. False when it contradicts what was taken for granted before. */
function assume(stream: Stream, expected: Append["streams"][number]["expected"]): boolean {
  if (stream.low === stream.high) return meetsExpectation(expected, stream.low + stream.events)
  if (expected === "any") return true
  if (expected === "stream-exists") {
    if (stream.events === 0) stream.low = Math.max(stream.low, 1)
    return true
  }
  const version = (expected === "no-stream" ? 0 : expected) - stream.events
  if (version < stream.low) return false
  stream.low = version
  stream.high = version
  return true
}

/** The log answers in this order. Mostly it is the one they came in. */
function inOrderOfLast(streams: readonly Stream[]): readonly Stream[] {
  const inOrder = streams.every(({ last }, at) => last > (streams[at - 1]?.last ?? 0))
  if (inOrder) return streams
  const sorted = streams.toSorted((a, b) => a.last - b.last)
  sorted.forEach((stream, at) => {
    stream.number = at + 1
  })
  return sorted
}
