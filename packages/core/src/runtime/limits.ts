/** Every bound of the runtime, by name. `createApp({ limits })` changes them. */
export interface Limits {
  /** How long a lease lasts; extended by itself while its handlers run. */
  readonly leaseMs: number
  /** How long a slice is worked on before what is done is settled and the rest handed over to lanes. */
  readonly sliceBudgetMs: number
  /** About how many bytes of memory a slice should hold: the size of its messages is learned from the slice before. */
  readonly sliceBytes: number
  /** The most streams of a slice handled at a time. */
  readonly streamsAtOnce: number
  /** Handlers of handed-over streams at a time; beyond it no further slice is claimed. */
  readonly handedOverAtOnce: number
  /** Rounds of deciding again after version conflicts before a stream waits with backoff. */
  readonly conflictRounds: number
  /** Take-overs without progress after which the message counts as failed with `WorkerDied`. */
  readonly maxTakeovers: number
  /** The most open lanes of a group. */
  readonly maxLanes: number
  /** How often a process that nothing wakes looks for work. */
  readonly pollMs: number
  /** How often a process tells that it lives. */
  readonly heartbeatMs: number
  /** How long stopping waits for running handlers. */
  readonly drainMs: number
  /** Schedules promoted in one call. */
  readonly promoteAtOnce: number
  /** Writes that may wait in a process, and about how many bytes of memory they may hold, before `whenFull: "refuse"` refuses one more. */
  readonly queuedAppends: number
  readonly queuedBytes: number
  /** The same with `whenFull: "wait"`: callers who await their writes are slowed down long before; those who do not are refused from here on. */
  readonly waitingAppends: number
  readonly waitingBytes: number
  /** Executions at a time; those beyond wait with nothing loaded. */
  readonly executionsAtOnce: number
  /** States of actors a process remembers. */
  readonly baselines: number
  /** How long a challenged process has to answer for its name. */
  readonly challengeMs: number
  /** Tries of one batch of appends whose outcome is unknown or whose storage is away. */
  readonly writeTries: number
}

/** How many slices of reactors that mostly wait a process works on beside those of its workers. */
export const WAITING_SLICES = 16

/** The bounds of an app that sets none of its own. */
export const DEFAULT_LIMITS: Limits = {
  leaseMs: 30_000,
  sliceBudgetMs: 1_000,
  sliceBytes: 16 * 1024 * 1024,
  streamsAtOnce: 256,
  handedOverAtOnce: 1_000,
  conflictRounds: 3,
  maxTakeovers: 3,
  maxLanes: 10_000,
  pollMs: 1_000,
  heartbeatMs: 5_000,
  drainMs: 30_000,
  promoteAtOnce: 500,
  queuedAppends: 10_000,
  queuedBytes: 64 * 1024 * 1024,
  waitingAppends: 100_000,
  waitingBytes: 256 * 1024 * 1024,
  executionsAtOnce: 1_000,
  baselines: 10_000,
  challengeMs: 1_000,
  writeTries: 8,
}
