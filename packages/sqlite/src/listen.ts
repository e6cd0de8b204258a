import { type FSWatcher, watch } from "node:fs"

import type { Listening, Wake } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { type LogRow, readLogRow } from "./log-row.ts"
import { text } from "./row.ts"
import { selectChallenged } from "./sql/select-challenged.ts"
import { selectTypesAbove } from "./sql/select-types-above.ts"
import type { News } from "./transaction.ts"

/** When to look after the file has changed: what was written shows only once its commit is flushed. */
const LOOKS_MS = [0, 1, 3, 8, 20] as const
/** When to look after a change that was probably our own commit. */
const OWN_LOOKS_MS = [8] as const
/** A file event so soon after an own commit is taken for its echo. */
const ECHO_MS = 5
/** When to watch again after the file was replaced. */
const REWATCH_MS = 100
/** Beyond so many new positions, their types are not looked up. */
const TYPES_LOOKED_UP = 2_000

/** The open ears of a backend, and what they have heard of. */
export interface Ears {
  listen(onWake: (wake: Wake) => void): Listening
  /** An own transaction was committed: the file event that follows is its echo. */
  committed(): void
  /** An own transaction that changed the log's row was stored. */
  stored(log: LogRow, news: News): void
  /** The log's row was read: tells what others have changed since it was last seen. */
  notice(db: Connection, log: LogRow): void
  close(): void
}

export interface EarsParts {
  /** The connection to look with, where there is a file that others may write to. */
  readonly reader: () => Promise<Connection>
  readonly path: string | undefined
  /** An own transaction waits or runs: it will notice what a look would. */
  readonly busy: () => boolean
}

export function createEars({ reader, path, busy }: EarsParts): Ears {
  const ears = new Set<{ readonly hear: (wake: Wake) => void }>()
  let seen: LogRow | undefined
  let ownAt = Number.NEGATIVE_INFINITY
  let watching: { close(): void } | undefined

  const tell = (wake: Wake): void => {
    for (const { hear } of ears) hear(wake)
  }
  const notice: Ears["notice"] = (db, log) => {
    const before = seen
    if (ears.size === 0 || before === undefined) return
    seen = { ...log }
    for (const wake of changes(db, before, log)) tell(wake)
  }
  const look = async (): Promise<void> => {
    if (ears.size === 0 || busy()) return
    const db = await reader()
    const log = readLogRow(db)
    if (seen === undefined) seen = log
    else notice(db, log)
  }
  return {
    notice,
    listen(onWake) {
      const ear = { hear: onWake }
      ears.add(ear)
      if (path !== undefined && watching === undefined) {
        watching = watchFile(`${path}-wal`, look, () => performance.now() - ownAt < ECHO_MS)
        look().catch(() => {})
      }
      return {
        async close() {
          ears.delete(ear)
          if (ears.size > 0) return
          watching?.close()
          watching = undefined
          seen = undefined
        },
      }
    },
    committed() {
      ownAt = performance.now()
    },
    stored(log, news) {
      if (ears.size === 0) return
      seen = { ...log }
      if (news.types.size > 0) tell({ kind: "messages", types: [...news.types] })
      if (news.work) tell({ kind: "work" })
      if (news.schedule) tell({ kind: "schedule" })
      for (const processName of news.challenged) tell({ kind: "challenge", processName })
    },
    close() {
      ears.clear()
      watching?.close()
      watching = undefined
    },
  }
}

/** What happened to the log between two looks. */
function changes(db: Connection, before: LogRow, now: LogRow): readonly Wake[] {
  if (now.head < before.head || now.token < before.token) return [{ kind: "reconnected" }]
  const wakes: Wake[] = []
  if (now.head > before.head) {
    const known = now.head - before.head <= TYPES_LOOKED_UP
    const types = known ? db.all(selectTypesAbove, before.head, now.head).map((row) => text(row[0])) : null
    wakes.push({ kind: "messages", types })
  }
  if (now.wakeSeq !== before.wakeSeq) wakes.push({ kind: "work" })
  if (now.scheduleSeq !== before.scheduleSeq) wakes.push({ kind: "schedule" })
  if (now.challengeSeq !== before.challengeSeq) {
    for (const row of db.all(selectChallenged, before.challengeSeq))
      wakes.push({ kind: "challenge", processName: text(row[0]) })
  }
  return wakes
}

/** Looks a few times after each change of a file, which may be replaced. Keeps no process alive. */
function watchFile(path: string, look: () => Promise<void>, isEcho: () => boolean): { close(): void } {
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  let looking = false
  let again = false
  let closed = false

  const lookAt = (times: readonly number[], at: number): void => {
    const [next] = times
    if (closed || next === undefined) {
      looking = false
      if (again && !closed) changed()
      return
    }
    timer = setTimeout(() => {
      // A look that fails is made up for by the next one, or by the runtime's poll.
      void look()
        .catch(() => {})
        .then(() => lookAt(times.slice(1), next))
    }, next - at)
    timer.unref()
  }
  const changed = (): void => {
    again = looking
    if (looking) return
    looking = true
    lookAt(isEcho() ? OWN_LOOKS_MS : LOOKS_MS, 0)
  }
  const rewatch = (): void => {
    watcher?.close()
    watcher = undefined
    if (closed) return
    setTimeout(start, REWATCH_MS).unref()
  }
  const start = (): void => {
    if (closed) return
    try {
      watcher = watch(path, { persistent: false }, (event) => {
        changed()
        if (event === "rename") rewatch()
      })
      watcher.on("error", rewatch)
    } catch {
      rewatch()
    }
  }
  start()
  return {
    close() {
      closed = true
      clearTimeout(timer)
      watcher?.close()
    },
  }
}
