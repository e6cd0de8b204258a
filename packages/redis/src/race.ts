import { BackendError } from "@millrace/core/backend"

import type { Work } from "./change.ts"
import { keyPrefix } from "./connection.ts"
import type { GroupState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { pause } from "./pause.ts"
import { groupKey } from "./save-groups.ts"

/** How often a change is worked out anew when others have changed what it was worked out from. */
export const TRIES = 100

/** After so many tries a change asks claims to stay away from its groups. */
const TRIES_BESIDE_CLAIMS = 5

/** How long claims stay away at most: a process that asked for it may be gone. */
const WAY_MS = 1_000

/** The longest pause between two tries. A slice that was handed out before is settled in the meantime, or its claim no longer counts. */
const MOST_PAUSE_MS = 20

/** The tries of one change that others may overtake. */
export interface Race {
  /** Notes that what was worked out is out of date, and waits a moment. Throws `unavailable` after `TRIES` times. */
  overtaken(groups: readonly GroupState[]): Promise<void>
  /** Lets claims come back with what is about to be written. */
  giveBackWay(work: Work): void
}

/**
 * A change reads, works something out here, and is stored only if nothing it read has changed. Claims and settles of a busy group are one script each and
 * would overtake it for ever, so after a few tries claims have to give way: those that are under way are settled, and then nothing is left that could overtake.
 */
export function raceOn(log: Log): Race {
  let times = 0
  return {
    async overtaken(groups) {
      times += 1
      if (times === TRIES) throw contended(log)
      if (times >= TRIES_BESIDE_CLAIMS) await askForWay(log, groups)
      await pause(Math.random() * Math.min(times, MOST_PAUSE_MS))
    },
    giveBackWay(work) {
      if (times < TRIES_BESIDE_CLAIMS) return
      for (const group of work.groups) work.writes.push(["UNLINK", wayKey(group)])
      work.news.work = true
    },
  }
}

export function contended(log: Log): BackendError {
  return new BackendError("unavailable", `${log.connection.where}: others keep changing the same group: try again`)
}

async function askForWay({ connection, settings }: Log, groups: readonly GroupState[]): Promise<void> {
  for (const group of groups)
    await connection.tell("SET", `${keyPrefix(settings)}${wayKey(group)}`, "1", "PX", WAY_MS).catch(unlessFull)
}

/** A full server has no room for this, and nothing that would need it: claims that make no room are refused there. */
function unlessFull(error: unknown): void {
  if (!(error instanceof BackendError && error.code === "full")) throw error
}

/** The key, without prefix, that is there while claims stay away from a group. */
function wayKey(group: GroupState): string {
  return `${groupKey(group)}:way`
}
