import { setTimeout } from "node:timers/promises"

import { BackendError, type Instant } from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { isBusy } from "./errors.ts"
import { type LogRow, readLogRow, writeLogRow } from "./log-row.ts"

/** The shortest and longest pause before the lock is asked for again, before jitter. */
const RETRY_MIN_MS = 1
const RETRY_MAX_MS = 5

/** A write in progress: the connection inside its transaction, and the log's row, which is written back at the end. */
export interface Writing {
  readonly db: Connection
  readonly log: LogRow
  readonly now: Instant
  /** What to tell whoever listens once this is stored. */
  readonly news: News
}

/** What a transaction changed that others may wait for. */
export interface News {
  /** Types of messages appended. */
  readonly types: Set<string>
  schedule: boolean
  /** Something else became claimable. */
  work: boolean
  /** Process names that a newcomer wants. */
  readonly challenged: Set<string>
}

export interface TransactionParts {
  readonly connection: () => Promise<Connection>
  readonly busyTimeoutMs: number
  readonly now: () => Instant
  /** Sets whether commits wait for the disk, where this connection may be told. */
  readonly setDurable: (db: Connection, durable: boolean) => void
  /** Called with the log's row before anything that depends on it. */
  readonly onBegin: (db: Connection, log: LogRow) => void
  /** A transaction was stored, whether or not it touched the log's row. */
  readonly onCommitted: () => void
  readonly onStored: (after: LogRow, news: News) => void
  /** A transaction was undone: nothing that was learned inside it holds. */
  readonly onUndone: () => void
}

/** An open transaction. */
export interface Transaction {
  readonly writing: Writing
  commit(): void
  undo(): void
}

/** Takes the write lock, waiting for other processes without blocking this one. Throws `unavailable` after `busyTimeoutMs`. `light`: what runs may not need the log's row. */
export async function begin(
  parts: TransactionParts,
  { durable, light }: { readonly durable: boolean; readonly light: boolean },
): Promise<Transaction> {
  const db = await parts.connection()
  parts.setDurable(db, durable)
  await retryBusy(() => beginNow(db), parts.busyTimeoutMs)
  try {
    const news: News = { types: new Set(), schedule: false, work: false, challenged: new Set() }
    let looked: { readonly before: LogRow; readonly log: LogRow } | undefined
    // What this process remembers is trusted only after this look: others may have written since its last transaction.
    const look = (): LogRow => {
      if (looked === undefined) {
        const log = readLogRow(db)
        looked = { before: { ...log }, log }
        parts.onBegin(db, log)
      }
      return looked.log
    }
    if (!light) look()
    const writing: Writing = {
      db,
      get log() {
        return look()
      },
      now: parts.now(),
      news,
    }
    return {
      writing,
      commit() {
        if (looked === undefined) {
          commitNow(db)
          parts.onCommitted()
          return
        }
        const { before, log } = looked
        if (news.work) log.wakeSeq += 1
        if (news.schedule) log.scheduleSeq += 1
        if (news.challenged.size > 0) log.challengeSeq += 1
        writeLogRow(db, before, log)
        commitNow(db)
        parts.onCommitted()
        parts.onStored(log, news)
      },
      undo() {
        parts.onUndone()
        undoNow(db)
      },
    }
  } catch (error) {
    parts.onUndone()
    undoNow(db)
    throw error
  }
}

function beginNow(db: Connection): void {
  // The owner of a connection that was given to us may be inside a transaction of their own.
  if (db.db.isTransaction)
    throw Object.assign(new Error("a transaction of the connection's owner is open"), { errcode: 5 })
  db.run("BEGIN IMMEDIATE")
}

/** A commit that SQLite could not flush may still be found by a later recovery: nobody can say. */
function commitNow(db: Connection): void {
  try {
    db.run("COMMIT")
  } catch (error) {
    const lost = !db.db.isTransaction
    if (lost)
      throw new BackendError("outcome-unknown", "the commit failed half-way: repeat the same call", { cause: error })
    throw error
  }
}

function undoNow(db: Connection): void {
  if (db.db.isOpen && db.db.isTransaction) db.run("ROLLBACK")
}

/** Runs something that may find the database locked, again and again with growing, jittered pauses. */
export async function retryBusy<T>(run: () => T, timeoutMs: number): Promise<T> {
  const began = performance.now()
  for (let tried = 0; ; tried += 1) {
    try {
      return run()
    } catch (error) {
      if (!isBusy(error) || performance.now() - began >= timeoutMs) throw error
      await setTimeout(Math.random() * Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** tried))
    }
  }
}
