import { DatabaseSync } from "node:sqlite"

import { partitionOf } from "../../../../packages/core/src/stream/partition.ts"
import { log } from "../../../../packages/sqlite/src/migrations/0001-log.ts"
import { timedId } from "../../harness/timed-id.ts"

const PARTITIONS = 32

/** A message as the twin is given it. */
export interface BareMessage {
  readonly kind: "command" | "event"
  readonly type: string
  readonly stream: string
  readonly payload: object
  /** The messages it was caused by, and its conversation began with. */
  readonly causation?: string
  readonly correlation?: string
}

/** A log in the tables that Millrace makes, written by prepared statements and nothing else. */
export interface BareLog {
  readonly database: DatabaseSync
  /** One durable transaction. */
  commit(write: () => void): void
  /** Inside `commit`: one message behind its stream's last version. Answers its id and its partition. */
  insert(message: BareMessage): { readonly id: string; readonly partition: number }
  readonly head: number
  /** Inside `commit`, once at its end: moves the head. */
  moveHead(): void
}

export function openLog(file: string): BareLog {
  const database = new DatabaseSync(file)
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4096")
  for (const statement of log) database.exec(statement)
  database.exec("INSERT INTO millrace_log VALUES (1, 'twin', 1, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)")

  const begin = database.prepare("BEGIN IMMEDIATE")
  const end = database.prepare("COMMIT")
  const addStream = database.prepare("INSERT INTO millrace_streams (name) VALUES (?)")
  const addType = database.prepare("INSERT INTO millrace_types (name) VALUES (?)")
  const readHead = database.prepare("SELECT head FROM millrace_log WHERE id = 1")
  const addMessage = database.prepare("INSERT INTO millrace_messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
  const setHead = database.prepare("UPDATE millrace_log SET head = ?, recorded_at = ? WHERE id = 1")
  const streams = new Map<string, { readonly id: number; readonly partition: number; version: number }>()
  const types = new Map<string, number>()
  let head = 0

  const streamOf = (name: string) => {
    const known = streams.get(name)
    if (known !== undefined) return known
    const made = {
      id: Number(addStream.run(name).lastInsertRowid),
      partition: partitionOf(name, PARTITIONS),
      version: 0,
    }
    streams.set(name, made)
    return made
  }
  const typeOf = (name: string) => {
    const known = types.get(name)
    if (known !== undefined) return known
    const made = Number(addType.run(name).lastInsertRowid)
    types.set(name, made)
    return made
  }

  return {
    database,
    commit(write) {
      begin.run()
      // the versions remembered hold as long as nobody else has appended
      if (readHead.get()?.["head"] !== head) throw new Error("another process writes to the twin's log")
      write()
      end.run()
    },
    insert({ kind, type, stream, payload, causation, correlation }) {
      const row = streamOf(stream)
      if (kind === "event") row.version += 1
      const now = Date.now()
      const id = timedId(now)
      head += 1
      addMessage.run(
        head,
        id,
        kind === "event" ? 1 : 0,
        typeOf(type),
        row.id,
        row.version,
        row.partition,
        causation ?? null,
        correlation ?? null,
        new Date(now).toISOString(),
        now,
        null,
        JSON.stringify(payload),
      )
      return { id, partition: row.partition }
    },
    get head() {
      return head
    },
    moveHead: () => void setHead.run(head, Date.now()),
  }
}
