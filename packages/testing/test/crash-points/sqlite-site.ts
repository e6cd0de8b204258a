import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import type { Clock } from "@millrace/core"
import { sqliteBackend } from "@millrace/sqlite"

import { testClock } from "../../src/test-clock.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { endThisProcess } from "./end-this-process.ts"
import { siteBehind } from "./site-behind.ts"
import { SITE_PARTITIONS } from "./site-partitions.ts"
import type { Door, Mishap, Site } from "./site.ts"

/** The process is dead: whatever it does now does not happen. */
class Dead extends Error {}

interface Armed {
  readonly step: number
  readonly mishap: Mishap
}

/**
 * A way to a log in SQLite that is there already, of which a process dies at a statement. `dead`: its connection is gone at that moment, so that SQLite undoes
 * what was not committed, as after a kill. Before a statement is after the one before it. There is no way on which anything could be lost.
 */
export function sqliteDoor(path: string, clock: Clock): Door {
  const opened: DatabaseSync[] = []
  let armed: Armed | undefined
  let seen: readonly string[] = []
  let victim: string | undefined
  let struck = Promise.withResolvers<string>()
  const onStatement = (db: DatabaseSync, sql: string): void => {
    if (!db.isOpen) throw new Dead()
    if (armed === undefined) return
    if (victim !== undefined && armed.mishap === "killed after") endThisProcess()
    const call = sql.replace(/\s+/g, " ").trim()
    seen = [...seen, call]
    if (seen.length !== armed.step + 1) return
    victim = call
    if (armed.mishap === "killed before") endThisProcess()
    if (armed.mishap === "killed after") return
    db.close()
    struck.resolve(victim)
    throw new Dead()
  }
  return {
    open() {
      const db = new DatabaseSync(path, { timeout: 0 })
      opened.push(db)
      return sqliteBackend(db, { clock, partitions: SITE_PARTITIONS, onStatement: (sql) => onStatement(db, sql) })
    },
    wire: {
      arm(step, mishap) {
        armed = { step, mishap }
        seen = []
        victim = undefined
        struck = Promise.withResolvers()
      },
      get struck() {
        return struck.promise
      },
      get seen() {
        return seen
      },
      disarm() {
        armed = undefined
        return Promise.resolve(victim)
      },
    },
    close() {
      for (const db of opened) if (db.isOpen) db.close()
      return Promise.resolve()
    },
  }
}

/** A log of SQLite in a folder of its own. The mishap is `dead`. */
export async function sqliteSite(): Promise<Site> {
  const folder = await temporaryFolder()
  const path = join(folder.path, "log.db")
  const clock = testClock()
  const door = sqliteDoor(path, clock)
  const healthy = sqliteBackend(path, { clock, partitions: SITE_PARTITIONS })
  return siteBehind({ url: path, clock, door, healthy, after: () => folder.remove() })
}
