import type { StartPoint } from "../backend/group.ts"
import type {
  CategoryTrim,
  CategoryTrimmed,
  GroupInfo,
  LaneInfo,
  LaneQuery,
  LogStats,
  Operator,
  ScheduleInfo,
  StreamInfo,
  TrimResult,
} from "../backend/operator.ts"
import type { ProcessInfo } from "../backend/process.ts"
import type { MessageId, Position } from "../message/ids.ts"

/** A consumer group by its name, or by the reactor registered for it. */
export type GroupRef = string | object

/** Where to reset a group to. */
export type ResetTo = "beginning" | { readonly position: Position } | { readonly date: Date }

export interface ResetOptions {
  /** Default `beginning`. A position or date above what a partition has settled does not move it forward. */
  readonly to?: ResetTo
  /** Also delivers the messages of these types that were passed over when the type joined the group. */
  readonly types?: readonly (string | { readonly type: string })[]
  /** Wants the effects again: nothing is `replaying`, and what is produced gets new ids. Default false. */
  readonly reemit?: boolean
}

/** A dead letter: the lane of a stream (or key) that waits for a person. */
export type DeadLetter = LaneInfo

/** What a person does with a log: watch, stop, start, reset, skip, repair. */
export interface Operations {
  stats(): Promise<LogStats & { readonly groups: readonly GroupInfo[] }>
  groups(names?: readonly GroupRef[]): Promise<readonly GroupInfo[]>
  /** The streams most recently appended to. */
  recentStreams(options?: { readonly limit?: number; readonly category?: string }): Promise<readonly StreamInfo[]>
  stopConsumerGroup(group: GroupRef, reason?: string): Promise<void>
  startConsumerGroup(group: GroupRef): Promise<void>
  resetConsumerGroup(group: GroupRef, options?: ResetOptions): Promise<void>
  renameConsumerGroup(from: GroupRef, to: string): Promise<void>
  /** Never hands this message to the group. Listed in `GroupInfo.skips`. */
  skipMessage(group: GroupRef, position: Position): Promise<void>
  deadLetters(query?: Omit<LaneQuery, "status">): Promise<readonly DeadLetter[]>
  /** Handles dead letters again: those of these streams (or keys), or all of the group. Answers how many. */
  retryDeadLetters(group: GroupRef, keys?: readonly string[]): Promise<number>
  /** Passes over the message a dead letter waits at; its stream goes on. Listed in `GroupInfo.skips`. */
  discardDeadLetter(group: GroupRef, key: string): Promise<void>
  /** Lanes that retry or wait, dead letters included. */
  lanes(query?: LaneQuery): Promise<readonly LaneInfo[]>
  scheduled(options?: { readonly limit?: number; readonly after?: ScheduleInfo }): Promise<readonly ScheduleInfo[]>
  /** Cancels schedules by message id; answers those that were still waiting. */
  cancelScheduled(ids: readonly MessageId[]): Promise<readonly MessageId[]>
  /** Moves schedules; answers those that were still waiting. */
  reschedule(ids: readonly MessageId[], at: Date): Promise<readonly MessageId[]>
  processes(): Promise<readonly ProcessInfo[]>
  trim(upto: Position, options?: { readonly force?: boolean }): Promise<TrimResult>
  /** Removes the oldest messages of a category's streams, but never its newest `keep`, at most `TRIM_LIMIT` a call. See `Operator.trimCategory`. */
  trimCategory(category: string, options: CategoryTrim): Promise<CategoryTrimmed>
}

/** How many rows a list holds unless asked otherwise. */
const LIST = 100

export function createOperations(
  operator: Operator,
  parts: {
    readonly nameOf: (group: GroupRef) => string
    /** Something became claimable, or a schedule moved. */
    readonly onChange: (change: { readonly group?: string; readonly schedules?: boolean }) => void
  },
): Operations {
  const { nameOf, onChange } = parts
  const changing = async <T>(group: GroupRef, change: (name: string) => Promise<T>): Promise<T> => {
    const name = nameOf(group)
    const result = await change(name)
    onChange({ group: name })
    return result
  }
  return {
    stats: async () => ({ ...(await operator.stats()), groups: await operator.groups() }),
    groups: (names) => operator.groups(names?.map(nameOf)),
    recentStreams: ({ limit = LIST, ...rest } = {}) => operator.streams({ by: "recent", limit, ...rest }),
    stopConsumerGroup: (group, reason = "stopped by an operator") =>
      changing(group, (name) => operator.stopGroup(name, { reason })),
    startConsumerGroup: (group) => changing(group, (name) => operator.startGroup(name)),
    resetConsumerGroup: (group, { to = "beginning", types, reemit } = {}) =>
      changing(group, (name) =>
        operator.resetGroup(name, startPointOf(to), {
          ...(types === undefined ? {} : { types: types.map((type) => (typeof type === "string" ? type : type.type)) }),
          ...(reemit === undefined ? {} : { reemit }),
        }),
      ),
    renameConsumerGroup: (from, to) => operator.renameGroup(nameOf(from), to),
    skipMessage: (group, position) => changing(group, (name) => operator.skip(name, position)),
    deadLetters: (query) => operator.lanes({ limit: LIST, ...query, status: "parked" }),
    retryDeadLetters: (group, keys) => changing(group, (name) => operator.retryLanes(name, keys)),
    discardDeadLetter: (group, key) => changing(group, (name) => operator.discardLane(name, key)),
    lanes: (query) => operator.lanes({ limit: LIST, ...query }),
    scheduled: ({ limit = LIST, ...rest } = {}) => operator.schedules({ limit, ...rest }),
    async cancelScheduled(ids) {
      const cancelled = await operator.cancelSchedules(ids)
      onChange({ schedules: true })
      return cancelled
    },
    async reschedule(ids, at) {
      const moved = await operator.reschedule(ids, at.getTime())
      onChange({ schedules: true })
      return moved
    },
    processes: () => operator.processes(),
    trim: (upto, options) => operator.trim(upto, options),
    trimCategory: (category, options) => operator.trimCategory(category, options),
  }
}

function startPointOf(to: ResetTo): StartPoint {
  if (to === "beginning") return { at: "beginning" }
  return "date" in to ? { at: "date", date: to.date.getTime() } : { at: "position", position: to.position }
}
