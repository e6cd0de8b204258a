import type { Instant, MessageId, Position, StreamId, Version } from "../message/ids.ts"
import type { Message } from "../message/message.ts"
import type { GroupOrder, StartPoint } from "./group.ts"
import type { ProcessInfo } from "./process.ts"
import type { StopReason } from "./settle.ts"
import type { DumpPage, DumpQuery, LogRecord } from "./transfer.ts"

/**
 * What a person needs of a log: look, start, stop, reset, skip, repair. Every write raises the fencing tokens it touches, so that no
 * worker settles over it. Methods that name a group throw `not-found` when there is none.
 */
export interface Operator {
  /** Figures of the whole log. */
  stats(): Promise<LogStats>
  /** The groups named, or all, by name. */
  groups(names?: readonly string[]): Promise<readonly GroupInfo[]>
  /** Makes a stopped group active again; lanes that retry, and a hold, are due at once. On an active group: nothing. */
  startGroup(group: string): Promise<void>
  /** Stops a group: nothing of it is claimed, settles in flight are fenced. Stopping again replaces the reason. */
  stopGroup(group: string, why: StopReason): Promise<void>
  /**
   * Moves a group back to a start point, to handle again what lies above it. What had been handled is `handledBefore` from then on,
   * exactly, per stream. Checkpoints already below the point stay. Lanes above it are dissolved, and a hold ends. `types`: also delivers the messages of these
   * types above the point that were passed over when the type joined. `reemit`: see `Slice.reemit`; raises the epoch. The group keeps its status.
   * A dissolved lane's message that a forced trim had left only to it is listed in `GroupInfo.skips`.
   */
  resetGroup(
    group: string,
    to: StartPoint,
    options?: { readonly types?: readonly string[]; readonly reemit?: boolean },
  ): Promise<void>
  /**
   * Never hands the message at this position to the group (unless reset below it). Listed in `GroupInfo.skips`. A lane waiting at it, or a partition
   * held by it, goes on behind it. Throws `not-found` when no message is there, `invalid` when the group has settled it.
   */
  skip(group: string, position: Position): Promise<void>
  /** Gives a group another name; everything else stays, and when its types were last wanted. Throws `invalid` when the name is taken. */
  renameGroup(from: string, to: string): Promise<void>
  /** Forgets a group with its checkpoints, lanes and counts. */
  deleteGroup(group: string): Promise<void>
  /** Open lanes by group and key, a page at a time (`after`: the last key of the page before, with one group named). */
  lanes(query?: LaneQuery): Promise<readonly LaneInfo[]>
  /** Makes lanes due at once: all parked ones of a group, or those of these keys, parked or retrying. Answers how many. */
  retryLanes(group: string, keys?: readonly string[]): Promise<number>
  /** Passes over the message at which a lane waits; the lane goes on behind it. Listed in `GroupInfo.skips`. Throws `not-found`. */
  discardLane(group: string, key: string): Promise<void>
  /** Streams, a page at a time: by id, or `recent`: the most recently appended to first. */
  streams(query: StreamQuery): Promise<readonly StreamInfo[]>
  /** Schedules not yet due, in due order. */
  schedules(query: { readonly limit: number; readonly after?: ScheduleInfo }): Promise<readonly ScheduleInfo[]>
  /** Cancels schedules by message id; answers those that were still waiting. */
  cancelSchedules(ids: readonly MessageId[]): Promise<readonly MessageId[]>
  /** Moves schedules to another instant; answers those that were still waiting. */
  reschedule(ids: readonly MessageId[], at: Instant): Promise<readonly MessageId[]>
  /**
   * Removes messages up to a position, never past what a group has not settled (parked lanes included) unless `force`; then each lane's
   * waiting message is kept in it, and whatever else a group will never get is listed in `GroupInfo.skips`.
   * Versions and positions go on as before. Idempotency keys go with their messages.
   */
  trim(upto: Position, options?: { readonly force?: boolean }): Promise<TrimResult>
  /**
   * Removes the oldest messages of the streams of one category, but never its newest `keep`, and at most `limit` a call: in position order, and not past the first
   * that a group has not settled, unless `force`; then a stream's lane keeps the message it waits at, and whatever else a group will never get is listed in
   * `GroupInfo.skips`. A lane of a group in key order holds it back all the same, for what is its, only the worker knows. Other categories lose nothing: positions that
   * were taken stay empty, and versions and positions go on as before. An idempotency key goes with its append, when the last message of that is taken.
   * Throws `invalid` for a category that no stream can have, and for numbers that are none.
   */
  trimCategory(category: string, options: CategoryTrim): Promise<CategoryTrimmed>
  /** Processes known to the log, live ones first. */
  processes(): Promise<readonly ProcessInfo[]>
  /** For each group: whether everything it wants of this stream up to this position is settled (in keyed and log order: of the log). */
  progress(streamId: StreamId, position: Position): Promise<readonly GroupProgress[]>
  /**
   * A page of what `read` and `schedules` do not give of a log: with theirs, all that `restore` needs to make the same log elsewhere. Each page is one
   * view of the log; pages are of one view together only while nobody writes.
   */
  dump(query: DumpQuery): Promise<DumpPage>
  /**
   * Stores records of another log as they were, at most `MAX_RECORDS`, in their order: for a log that nobody works on. Messages keep position, version and
   * instants; groups begin without leases, and are due where they were due. A document, key, schedule or group replaces the one of its name, so that it may be
   * restored again. Throws `invalid`, and changes nothing, for a message that is not the next (its position the head's, its version its stream's, plus one), for
   * a gap that ends below the head, for a `trimmed` or `stream` after the first message or gap, and for a group with another number of partitions than the log gives it. An outage may leave only the
   * first of the records: then the head tells which messages there are, and the others may be restored again.
   */
  restore(records: readonly LogRecord[]): Promise<void>
  /** Removes everything Millrace keeps in the storage. `confirm` must be the log's name as `stats` shows it. */
  uninstall(confirm: string): Promise<void>
}

/** Figures of a whole log. */
export interface LogStats {
  /** The log's name: what `uninstall` wants to hear. */
  readonly name: string
  readonly messages: number
  readonly streams: number
  readonly head: Position
  readonly trimmedTo: Position
  readonly schedules: number
  /** Commands of types that no group wants, by type. */
  readonly unhandled: readonly { readonly type: string; readonly messages: number }[]
  /** Categories that were trimmed by themselves, by name. */
  readonly trimmed: readonly TrimmedCategory[]
}

/** What retention took of a category: up to where nothing of it is left, and how many messages, of all trims together. */
export interface TrimmedCategory {
  readonly category: string
  readonly trimmedTo: Position
  readonly removed: number
}

/** A consumer group as operators see it. */
export interface GroupInfo {
  readonly group: string
  readonly order: GroupOrder
  readonly status: "active" | "stopped"
  readonly stopped?: StopReason & { readonly at: Instant }
  /** Wanted types, with the position above which each is delivered: 0 for those of the group's creation, so that a reset may go below its start point. */
  readonly types: readonly { readonly type: string; readonly since: Position }[]
  /** Wanted messages not yet settled, lanes included. */
  readonly lag: number
  /** When the oldest of them was recorded (those lanes wait at included); absent when nothing waits. In key order a lane counts as one: the message it waits at. */
  readonly waitingSince?: Instant
  /** The lowest and the highest checkpoint of its partitions. */
  readonly oldestCheckpoint: Position
  readonly newestCheckpoint: Position
  readonly retrying: number
  readonly parked: number
  /** The earliest retry of its lanes, or the end of its hold. */
  readonly retryAt?: Instant
  readonly epoch: number
  /** Appends and schedules of replayed messages that were dropped. */
  readonly dropped: number
  /** Messages never handed out, and those that have an effect `unwritten`, newest last; the last `SKIPS_KEPT`, and how many in all. */
  readonly skips: readonly SkipInfo[]
  readonly skipped: number
}

/** How many skipped messages a group lists. */
export const SKIPS_KEPT = 1_000

/** A message that a group was never handed, or whose effect is not whole. */
export interface SkipInfo {
  readonly position: Position
  /** `unwritten`: settled, but the storage refused a write of its `sync` and could not undo the others: see `capabilities.txRollback`. */
  readonly how: "skipped" | "discarded" | "trimmed" | "unwritten"
  readonly at: Instant
}

/** Which open lanes to list. */
export interface LaneQuery {
  readonly group?: string
  readonly status?: "retrying" | "parked"
  readonly after?: string
  readonly limit?: number
}

/** An open lane: one stream (or key) of a group that goes its own way for a while. */
export interface LaneInfo {
  readonly group: string
  readonly key: string
  readonly partition: number
  readonly status: "retrying" | "parked"
  /** The position it waits at, and the id of the message there when it still exists. */
  readonly next: Position
  readonly messageId?: MessageId
  /** Failures of that message so far. */
  readonly failures: number
  readonly retryAt: Instant
  readonly error?: string
  readonly leasedBy?: string
}

/** Which streams to list. */
export interface StreamQuery {
  readonly by: "id" | "recent"
  readonly category?: string
  readonly limit: number
  /** `by: "id"`: the last stream of the page before. */
  readonly after?: StreamId
}

/** A stream as operators see it. */
export interface StreamInfo {
  readonly streamId: StreamId
  readonly version: Version
  readonly messages: number
  readonly lastPosition: Position
}

/** A schedule that waits. */
export interface ScheduleInfo {
  readonly message: Message
  readonly at: Instant
  /** Counts up with each schedule made: breaks ties of `at`. */
  readonly number: number
}

/** What a trim removed. */
export interface TrimResult {
  readonly removed: number
  readonly trimmedTo: Position
  /** Groups that held it back, when it could not go as far as asked. */
  readonly heldBackBy: readonly string[]
}

/** What to remove of a category. */
export interface CategoryTrim {
  /** How many of its newest messages a category keeps, commands included. */
  readonly keep: number
  /** The most messages that this call removes; default and most: `TRIM_LIMIT`. */
  readonly limit?: number
  readonly force?: boolean
}

/** The most messages that one trim of a category removes. */
export const TRIM_LIMIT = 1_000

/** What a trim of a category removed. */
export interface CategoryTrimmed {
  readonly removed: number
  /** Whether the category has more than were to be kept: unless groups hold it back, the next call goes on. */
  readonly more: boolean
  /** Up to here nothing of the category is left; 0 when nothing was ever taken. */
  readonly trimmedTo: Position
  /** Groups that held it back, when it could not remove as much as asked. */
  readonly heldBackBy: readonly string[]
}

/** How a group stands to one message of a stream. */
export interface GroupProgress {
  readonly group: string
  readonly settled: boolean
}
