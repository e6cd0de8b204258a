import type { Instant, Position, Version } from "@millrace/core/backend"

import type { MessageDocument } from "./commit-document.ts"

/** The log itself; `_id` is always `log`. */
export interface LogDocument {
  readonly _id: string
  readonly format: number
  readonly partitions: number
  /** Counts schedules made. */
  readonly schedules: number
  /** Counts groups made: the tokens of a group begin beyond those of every group before it. */
  readonly groups: number
  /** How many segments are counted in `streams` and `types`. */
  readonly counted: number
  /** Up to which segment somebody has begun to count: whoever counts next does that stretch. */
  readonly counting?: number
  /** A trim in progress: whoever trims next finishes it first. */
  readonly trimming?: { readonly from: Position; readonly to: Position }
  /** How many trims of a category there were. */
  readonly thinnings?: number
  /** A trim of a category in progress: whoever trims one next finishes it first. */
  readonly thinning?: Thinning
}

/** A trim of a category: what of it lies above `after` and up to `upto` goes; `removed` with it, all trims of it together. */
export interface Thinning {
  readonly category: string
  readonly after: Position
  readonly upto: Position
  readonly removed: number
  readonly number: number
}

/** A keyed document. `write` counts its writes and never starts again, also where it was removed (`revision` 0) meanwhile. */
export interface KeyedStored {
  readonly _id: string
  readonly id: string
  readonly write: number
  readonly revision: number
  readonly value: string | null
}

/** A schedule; `_id` is its number. `gone`: it was fired or cancelled, and this stays for a while so that nobody late makes it again. */
export interface ScheduleStored {
  readonly _id: number
  readonly id: string
  readonly at: Instant
  readonly moves: number
  readonly message: MessageDocument
  readonly waits: 1 | 0
  readonly until?: Date
}

/** What the log knows of a process name. */
export interface ProcessDocument {
  readonly _id: string
  readonly name: string
  readonly rev: number
  /** Names the last write. */
  readonly by: string
  readonly bootId: string
  readonly host: string
  readonly pid: number
  readonly startedAt: Instant
  readonly seenAt: Instant
  readonly beats: number
  /** It has gone: only what it wanted is still of interest. */
  readonly left: boolean
  readonly heard: readonly Heard[]
}

/** Which types of a group a process wanted, and when it last said so. */
export interface Heard {
  readonly group: string
  readonly types: readonly string[]
  readonly at: Instant
}

/** A stream, counted up to the end of segment `segment` of the log. */
export interface StreamDocument {
  readonly _id: string
  readonly stream: string
  readonly category: string
  readonly version: Version
  readonly messages: number
  readonly last: Position
  readonly segment: number
  /** Its messages up to here are trimmed and no longer counted. */
  readonly trimmed?: Position
  /** The number of the last trim of a category that was counted down here. */
  readonly thinned?: number
}

/** How many messages, and how many commands, of a type the log holds, up to the end of a segment. */
export interface TypeDocument {
  readonly _id: string
  readonly type: string
  readonly messages: number
  readonly commands: number
  readonly segment: number
  readonly trimmed?: Position
  readonly thinned?: number
}
