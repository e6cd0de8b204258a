import type { Holds, Position } from "@millrace/core/backend"

import type { Turns } from "./append.ts"
import type { Connection, Word } from "./connection.ts"
import type { Settings } from "./options.ts"
import type { Script } from "./script.ts"

/** A log in Redis, as every method sees it. */
export interface Log {
  readonly connection: Connection
  readonly settings: Settings
  readonly holds: Holds
  readonly partitions: number
  readonly turns: Turns
  /** Runs a script with the instant before its other words. */
  run(script: Script, words: readonly Word[]): Promise<unknown>
  /** Remembers the highest position met: a server that comes back below it has lost answered writes. */
  saw(position: Position): void
}
