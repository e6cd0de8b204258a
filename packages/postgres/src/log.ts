import type { Holds, Position } from "@millrace/core/backend"

import type { Turns } from "./append-turns.ts"
import type { Database } from "./database.ts"
import type { HandedOut } from "./handed-out.ts"
import type { KeptLook } from "./kept-look.ts"
import type { Names } from "./names.ts"
import type { News } from "./news.ts"
import type { Settings } from "./options.ts"
import type { Moves } from "./settle-together.ts"

/** A log, as everything that works on it sees it. */
export interface Log {
  readonly database: Database
  readonly settings: Settings
  readonly names: Names
  readonly holds: Holds
  /** Its partitions once it was seen, or those of the log to be made. */
  readonly partitions: number
  /** The order in which appends land. */
  readonly turns: Turns
  /** Settles that only move a checkpoint. */
  readonly moves: Moves
  /** Whether groups of appends are sent one upon the other: not through a pooler, not with a pool of the user's, and not to a server whose default is another isolation. */
  readonly line: { open: boolean }
  /**
   * What claims have seen last, the look that is on its way, whether the last claim found nothing, whether it has taken what it took with its look, and whether there was more than one
   * slice to be had lately.
   */
  readonly looks: {
    last: KeptLook | undefined
    onItsWay: Promise<void> | undefined
    atRest: boolean
    tookOne: boolean
    crowded: boolean
  }
  /** The head of the log as a claim last saw it: how large the log is, for plans that are made once. */
  readonly size: { head: Position }
  /** Above which positions nothing was handed out yet. */
  readonly handedOut: HandedOut
  /** What others are to be told of. */
  readonly news: News
}

/** The instant that a statement is to take for now; `null`: the server's. */
export function clockOf({ settings }: Pick<Log, "settings">): number | null {
  return settings.clock === undefined ? null : Math.floor(settings.clock.now())
}
