import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { type Backend, memoryBackend } from "@millrace/core"
import { sqliteBackend } from "@millrace/sqlite"

import { mongoLog } from "./mongo-log.ts"
import { postgresLog } from "./postgres-log.ts"
import { durableRedisLog, redisLog } from "./redis-log.ts"
import { memoryRows, mongodbRows, postgresRows, redisRows, sqliteRows, TABLE, type UseRows } from "./rows-in-storage.ts"
import { temporaryFolder } from "./temporary-folder.ts"

/** What tells a storage the time. */
export interface Time {
  now(): number
}

/** A log that several apps can reach at once. */
export interface SharedLog {
  /** A backend on the log: on memory the one instance, elsewhere a connection of its own, as another process has. */
  connect(): Backend
  /** A backend on another log in the same storage, told apart by its name (on memory: another instance). */
  connectOther(name: string): Backend
  /** By which URL another process reaches it; `undefined` where none can. */
  readonly url: string | undefined
  /** A row of the user's own table, as it is stored. */
  row(key: string): number | undefined | Promise<number | undefined>
  /** Ends the storage's server at once, as a crash does, and starts it again. Absent where there is no server, or it is not ours. */
  readonly restart?: () => Promise<void>
  remove(): Promise<void>
}

/** A storage that every row has to hold on. */
export interface TestedBackend {
  readonly name: string
  /** Whether other processes can reach it. */
  readonly shared: boolean
  /** Whether it runs users' work inside the settle: `capabilities.tx`. */
  readonly tx: boolean
  /** A new, empty log whose storage tells `time`; without it the machine's. */
  open(time?: Time): Promise<SharedLog>
  /** The same on a server that may be restarted, where the one of `open` would forget. */
  readonly openDurable?: (time?: Time) => Promise<SharedLog>
  /** Makes a reactor that writes to the user's own table inside the settle. */
  rows<Made>(use: UseRows<Made>): Made
}

const memory: TestedBackend = {
  name: "memory",
  shared: false,
  tx: true,
  rows: memoryRows,
  async open(time) {
    const made = () => memoryBackend(time === undefined ? {} : { clock: time })
    const backend = made()
    const others = new Map<string, Backend>()
    return {
      connect: () => backend,
      connectOther(name) {
        const other = others.get(name) ?? made()
        others.set(name, other)
        return other
      },
      url: undefined,
      row(key) {
        const value = backend.rows(TABLE).get(key)
        return value === undefined ? undefined : Number(value)
      },
      remove: () => backend.close(),
    }
  },
}

const sqlite: TestedBackend = {
  name: "sqlite",
  shared: true,
  tx: true,
  rows: sqliteRows,
  async open(time) {
    const folder = await temporaryFolder()
    const file = join(folder.path, "log.db")
    const own = new DatabaseSync(file)
    own.exec(`CREATE TABLE ${TABLE} (key TEXT PRIMARY KEY, value INTEGER NOT NULL)`)
    const options = time === undefined ? {} : { clock: time }
    return {
      connect: () => sqliteBackend(file, options),
      connectOther: (name) => sqliteBackend(file, { ...options, tablePrefix: `${name}_` }),
      url: `sqlite:${file}`,
      row(key) {
        const row = own.prepare(`SELECT value FROM ${TABLE} WHERE key = ?`).get(key)
        return row === undefined ? undefined : Number(row["value"])
      },
      async remove() {
        own.close()
        await folder.remove()
      },
    }
  },
}

const postgres: TestedBackend = { name: "postgres", shared: true, tx: true, rows: postgresRows, open: postgresLog }

const redis: TestedBackend = {
  name: "redis",
  shared: true,
  tx: true,
  rows: redisRows,
  open: redisLog,
  openDurable: durableRedisLog,
}

/** Without transactions, as every server of its protocol can do. */
const mongodb: TestedBackend = { name: "mongodb", shared: true, tx: false, rows: mongodbRows, open: mongoLog }

export const backends: readonly TestedBackend[] = [memory, sqlite, postgres, redis, mongodb]
