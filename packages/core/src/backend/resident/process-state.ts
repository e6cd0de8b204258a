import type { Instant } from "../../message/ids.ts"

/** What the log knows of a process name: the boot that holds it. */
export interface ProcessState {
  readonly bootId: string
  readonly host: string
  readonly pid: number
  readonly startedAt: Instant
  readonly seenAt: Instant
  /** Heartbeats counted: a newcomer sees by it whether its challenge was answered. */
  readonly beats: number
}
