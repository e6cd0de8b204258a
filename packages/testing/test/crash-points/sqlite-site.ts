import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import type { Backend } from "@millrace/core"
import { sqliteBackend } from "@millrace/sqlite"

import { testClock } from "../../src/test-clock.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import type { Site } from "./site.ts"

/** The process is dead: whatever it does now does not happen. */
class Dead extends Error {}

/**
 * SQLite, of which a process dies at a statement: its connection is gone at that moment, so that SQLite undoes what was not committed, as after a kill.
 * Before a statement is after the one before it. The only mishap is `dead`: there is no way on which anything could be lost.
 */
export async function sqliteSite(): Promise<Site> {
  const folder = await temporaryFolder()
  const path = join(folder.path, "log.db")
  const clock = testClock()
  const opened: { readonly backend: Backend; readonly db?: DatabaseSync }[] = []
  let armedAt: number | undefined
  let seen: readonly string[] = []
  let victim: string | undefined
  let struck = Promise.withResolvers<string>()
  const healthy = sqliteBackend(path, { clock, partitions: 1 })
  opened.push({ backend: healthy })
  await healthy.migrate()
  return {
    clock,
    healthy: () => healthy,
    faulty() {
      const db = new DatabaseSync(path, { timeout: 0 })
      const onStatement = (sql: string): void => {
        if (!db.isOpen) throw new Dead()
        if (armedAt === undefined) return
        const call = sql.replace(/\s+/g, " ").trim()
        seen = [...seen, call]
        if (seen.length !== armedAt + 1) return
        victim = call
        db.close()
        struck.resolve(victim)
        throw new Dead()
      }
      const backend = sqliteBackend(db, { clock, partitions: 1, onStatement })
      opened.push({ backend, db })
      return backend
    },
    wire: {
      arm(step) {
        armedAt = step
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
        armedAt = undefined
        return Promise.resolve(victim)
      },
    },
    async close() {
      for (const { backend, db } of opened) {
        await backend.close()
        if (db?.isOpen === true) db.close()
      }
      await folder.remove()
    },
  }
}
