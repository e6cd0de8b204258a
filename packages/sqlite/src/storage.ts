import { existsSync, statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

import { BackendError } from "@millrace/core/backend"

import { type Connection, connect } from "./connection.ts"
import { closedError, toBackendError } from "./errors.ts"
import { findLog, FORMAT } from "./migrate.ts"
import type { Settings } from "./options.ts"
import type { Target } from "./target.ts"
import { retryBusy } from "./transaction.ts"

/** Pages the write-ahead log may hold before a commit moves them into the database (16 MiB). */
const CHECKPOINT_PAGES = 4_096

/** The connections of one backend, opened when first needed. */
export interface Storage {
  /** The one connection that writes; the log it holds is of our format. */
  writer(): Promise<Connection>
  /** A connection that sees stored rows only: never one that a transaction is open on. */
  reader(): Promise<Connection>
  /** The same, for a database that `migrate` has yet to make. */
  unchecked(): Promise<Connection>
  /** Whether there is no such file yet: whoever only looks must not make it. */
  isMissing(): boolean
  /** One connection serves for both: reads have to wait while a transaction is open. */
  readonly single: boolean
  /** The file, where there is one. */
  readonly path: string | undefined
  /** The partitions of the log once it was seen, or of the log to be made. */
  readonly partitions: number
  setDurable(db: Connection, durable: boolean): void
  /** The log's tables were made or removed: look again. */
  recheck(): void
  toError(error: unknown): BackendError
  close(): Promise<void>
}

export function createStorage(target: Target, settings: Settings): Storage {
  const path =
    target.kind === "file" ? target.path : target.kind === "given" ? (target.db.location() ?? undefined) : undefined
  const single = path === undefined
  const where = path ?? target.name
  const toError = (error: unknown): BackendError => toBackendError(error, where)
  let closed = false
  let writer: Promise<Connection> | undefined
  let reader: Connection | undefined
  let partitions = settings.partitions
  let checked = false
  let durably: boolean | undefined

  const openWriter = (create: boolean): Promise<Connection> => {
    writer ??= open(target, settings, create).catch((error: unknown) => {
      writer = undefined
      throw toError(error)
    })
    return writer
  }
  const alive = (): void => {
    if (closed) throw closedError()
  }
  const check = async (db: Connection): Promise<Connection> => {
    if (checked) return db
    const found = await retryBusy(() => findLog(db, settings.tablePrefix), settings.busyTimeoutMs)
    if (!("partitions" in found)) throw new BackendError("not-migrated", `${where} holds no log yet: run migrate first`)
    if (found.format < FORMAT) {
      throw new BackendError(
        "not-migrated",
        `the log in ${where} has format ${found.format} of ${FORMAT}: run migrate first`,
      )
    }
    partitions = found.partitions
    checked = true
    return db
  }
  return {
    single,
    path,
    get partitions() {
      return partitions
    },
    isMissing() {
      alive()
      return target.kind === "file" && !existsSync(target.path)
    },
    async unchecked() {
      alive()
      return openWriter(true)
    },
    async writer() {
      alive()
      return check(await openWriter(false))
    },
    async reader() {
      alive()
      const writing = await check(await openWriter(false))
      if (path === undefined) return writing
      reader ??= connect(openFile(path), settings)
      return reader
    },
    setDurable(db, durable) {
      if (target.kind === "given" || settings.synchronous === "NORMAL" || durably === durable) return
      db.run(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
      durably = durable
    },
    recheck() {
      checked = false
    },
    toError,
    async close() {
      if (closed) return
      closed = true
      reader?.db.close()
      const opened = await writer?.catch(() => undefined)
      if (target.kind !== "given") opened?.db.close()
    },
  }
}

async function open(target: Target, settings: Settings, create: boolean): Promise<Connection> {
  if (target.kind === "given") {
    if (!target.db.isOpen) throw new BackendError("invalid", "the DatabaseSync given is not open: open it first")
    return prepareConnection(connect(target.db, settings), settings)
  }
  if (target.kind === "file") refuseUnfit(target.path, create)
  const db = target.kind === "file" ? openFile(target.path) : new DatabaseSync(":memory:")
  try {
    return await prepareConnection(connect(db, settings), settings)
  } catch (error) {
    db.close()
    throw error
  }
}

/** A busy database is waited for in JavaScript: SQLite's own waiting would freeze the code that it waits for. */
function openFile(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: 0 })
}

async function prepareConnection(db: Connection, settings: Settings): Promise<Connection> {
  await retryBusy(() => {
    if (db.get("PRAGMA journal_mode")?.[0] !== "wal") db.run("PRAGMA journal_mode = WAL")
  }, settings.busyTimeoutMs)
  db.run(settings.synchronous === "FULL" ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
  db.run(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  return db
}

function refuseUnfit(path: string, create: boolean): void {
  if (!existsSync(path)) {
    if (create) return
    throw new BackendError("not-migrated", `${path} does not exist: run migrate, which creates it, or correct the path`)
  }
  if (statSync(path).isDirectory()) {
    throw new BackendError("not-a-log", `${path} is a folder: name a file in it, such as sqlite:${path}/shop.db`)
  }
}
