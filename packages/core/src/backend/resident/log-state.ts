import type { Instant, MessageId, Position, StreamId, Version } from "../../message/ids.ts"
import type { Json } from "../../message/json.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { AppendedAt } from "../append.ts"
import type { ScheduleInfo } from "../operator.ts"
import type { Holds } from "../rules/check-append.ts"
import type { GroupState } from "./group-state.ts"
import type { ProcessState } from "./process-state.ts"
import type { LogRow } from "./rows.ts"
import type { Touched } from "./touched.ts"

/** Positions by message type. Arrays are never left empty. */
export type TypeIndex = Map<string, Position[]>

/** One stream: where its messages are. */
export interface StreamState {
  version: Version
  /** Positions of all its messages still in the log. */
  readonly positions: Position[]
  /** Positions of its events still in the log; the first has version `trimmed + 1`. */
  readonly events: Position[]
  trimmed: number
  lastPosition: Position
}

/** What an idempotency key stands for. `at`: its append's last message, or the head of its moment where it stored none: a trim up to there takes the key along. */
export interface KeyUse {
  readonly fingerprint: string
  readonly of: AppendedAt
  readonly at: Position
}

/** A document's revision and value. */
export interface StoredDocument {
  readonly revision: number
  readonly value: Json
}

/** What a log is made with. */
export interface LogFacts {
  /** What `stats` calls it, and `uninstall` wants to hear. */
  readonly name: string
  readonly clock: { now(): Instant }
  readonly holds: Holds
  readonly maxBatch: number
  /** What listeners have not been told yet. */
  readonly news: News
}

/**
 * Everything a resident log holds. The message at position p is `entries[p - trimmedTo - 1]`; where a trim of a category took it, nothing is there. Changed by
 * synchronous functions only, each of which checks everything before its first change: so readers never meet half a write, and nothing needs to be undone.
 */
export interface LogState extends LogFacts {
  readonly partitions: number
  /** What the write in progress has changed; `undefined` where nobody keeps it. */
  readonly touched: Touched | undefined
  /** The row of the log as it was last kept. */
  kept: LogRow | undefined
  entries: (StoredMessage | undefined)[]
  /** How many of the entries are empty. */
  emptied: number
  trimmedTo: Position
  /** The instant and text of the last `recordedAt`. */
  recorded: { readonly at: Instant; readonly text: string }
  readonly byId: Map<MessageId, Position>
  readonly streams: Map<StreamId, StreamState>
  /** Of the whole log: for groups in key and log order, reads by type, and counts. */
  readonly types: TypeIndex
  /** Of each partition: for groups in stream order. */
  readonly partitionTypes: readonly TypeIndex[]
  /** How many commands of each type are in the log. */
  readonly commands: Map<string, number>
  /** Positions by correlation id; a conversation of one message, the common case, costs no array. */
  readonly conversations: Map<MessageId, Position | Position[]>
  readonly keys: Map<string, KeyUse>
  readonly documents: Map<string, Map<string, StoredDocument>>
  /** In order of (at, number). */
  schedules: ScheduleInfo[]
  readonly scheduled: Map<MessageId, ScheduleInfo>
  schedulesMade: number
  readonly groups: Map<string, GroupState>
  readonly processes: Map<string, ProcessState>
  /** Counts claims. One count for all groups, so that a group made again under an old name knows no old token. */
  tokens: number
}

/** What changed, collected while writes run and told when they are done. */
export interface News {
  readonly types: Set<string>
  work: boolean
  schedule: boolean
  readonly challenged: Set<string>
}

/** No news. */
export function noNews(): News {
  return { types: new Set(), work: false, schedule: false, challenged: new Set() }
}

/** A log without anything in it. */
export function emptyLog(partitions: number, facts: LogFacts, touched?: Touched): LogState {
  return {
    ...facts,
    partitions,
    touched,
    kept: undefined,
    entries: [],
    emptied: 0,
    trimmedTo: 0,
    recorded: { at: 0, text: new Date(0).toISOString() },
    byId: new Map(),
    streams: new Map(),
    types: new Map(),
    partitionTypes: Array.from({ length: partitions }, () => new Map()),
    commands: new Map(),
    conversations: new Map(),
    keys: new Map(),
    documents: new Map(),
    schedules: [],
    scheduled: new Map(),
    schedulesMade: 0,
    groups: new Map(),
    processes: new Map(),
    tokens: 0,
  }
}

/** Whether retention has taken something of a stream that its messages do not tell. */
export function wasTrimmed({ trimmed, positions }: StreamState): boolean {
  return trimmed > 0 || positions.length === 0
}

/** The highest position of the log. */
export function headOf(log: LogState): Position {
  return log.trimmedTo + log.entries.length
}

/** Leaves the positions behind the head empty, up to one. */
export function leaveEmpty(log: LogState, upto: Position): void {
  log.emptied += Math.max(upto - headOf(log), 0)
  while (headOf(log) < upto) log.entries.push(undefined)
}

/** The message at a position, unless there is none or it was trimmed. */
export function messageAt(log: LogState, position: Position): StoredMessage | undefined {
  return log.entries[position - log.trimmedTo - 1]
}

/** The last position recorded before an instant; what is trimmed counts as recorded before. */
export function lastRecordedBefore(log: LogState, date: Instant): Position {
  let low = 0
  let high = log.entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    let there = middle
    while (there < high && log.entries[there] === undefined) there += 1
    const recorded = there < high ? log.entries[there]?.recordedAt : undefined
    if (recorded !== undefined && Date.parse(recorded) < date) low = there + 1
    else high = middle
  }
  return log.trimmedTo + low
}
