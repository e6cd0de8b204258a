import type { Holds, Position } from "@millrace/core/backend"

import type { Chain } from "./chain.ts"
import type { Database } from "./database.ts"
import type { Groups } from "./groups.ts"
import type { News } from "./news.ts"
import type { Settings } from "./options.ts"
import type { Segments } from "./segments.ts"
import type { ServerClock } from "./server-clock.ts"
import type { Ahead } from "./waiting.ts"
import type { Writer } from "./writer.ts"

/** A log in MongoDB as one backend object has it. */
export interface Log {
  readonly database: Database
  readonly settings: Settings
  readonly holds: Holds
  readonly clock: ServerClock
  readonly chain: Chain
  readonly segments: Segments
  /** What lies before a group, by its id. */
  ahead(group: string): Ahead
  readonly writer: Writer
  readonly groups: Groups
  readonly news: News
  /** Learns what others have written to the log by now. */
  catchUp(): Promise<void>
  /** Learns the same, and answers the end of what retention removed. */
  look(): Promise<Position>
  /** Whether what others write is looked for all the time, and was within the last second. */
  heardLately(): boolean
  /** Counts what was heard of schedules; `undefined` while nothing is heard. */
  schedulesHeard(): number | undefined
  readonly partitions: number
  /** The number of the last trim of a category that this process knows of. */
  readonly thinned: number
  /** There was a trim of a category of this number: what was read of the log before it is forgotten. */
  thinnedTo(number: number): void
}
