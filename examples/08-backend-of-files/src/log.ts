import {
  BackendError,
  type Instant,
  partitionOf,
  type Position,
  type ScheduleInfo,
  type StoredMessage,
  type Wake,
} from "@millrace/core/backend"

import type { LogRow, Rows } from "./rows.ts"

type Name = keyof Rows
type Key = string | number
type Listed = "id" | "type" | "stream" | "events" | "correlation" | `type in ${number}`
type Tables = { readonly [N in Name]: Map<Key, Rows[N]> }

/** What a line of the journal says of a row; `null` when it is gone. */
type Change<N extends Name = Name> = readonly [table: N, key: Key, row: Rows[N] | null]

const parse: <T>(json: string) => T = JSON.parse

/**
 * The tables, in memory, and what a write has changed of them so far. Whoever writes gets rows to change by `edit`, and either takes all `changes`
 * to the journal or rolls all back: nobody else runs in between.
 */
export class Log {
  readonly tables: Tables = {
    log: new Map(),
    messages: new Map(),
    streams: new Map(),
    keys: new Map(),
    documents: new Map(),
    schedules: new Map(),
    groups: new Map(),
    partitions: new Map(),
    processes: new Map(),
  }
  readonly now: () => Instant
  /** What listeners are to hear once the write has landed. */
  readonly wakes = new Map<string, Wake>()
  readonly #positions = new Map<string, Position[]>()
  readonly #before = new Map<string, Change>()
  #due: readonly ScheduleInfo[] | undefined

  constructor(texts: Iterable<string>, now: () => Instant) {
    this.now = now
    for (const text of texts) for (const [table, key, row] of parse<Change[]>(text)) this.#set(table, key, row)
  }

  /** The row of the log as a whole. */
  get row(): LogRow {
    const row = this.tables.log.get("log")
    if (row === undefined) throw new BackendError("corrupt", "the journal tells nothing of the log: restore a copy")
    return row
  }

  /** Where the messages stand that have this id, type, stream or correlation id, in rising order. `events`: those of a stream. */
  positions(of: Listed, name: string): readonly Position[] {
    return this.#positions.get(`${of}\0${name}`) ?? []
  }

  /** Schedules in the order they fall due. */
  due(): readonly ScheduleInfo[] {
    this.#due ??= [...this.tables.schedules.values()].sort((a, b) => a.at - b.at || a.number - b.number)
    return this.#due
  }

  /** A row that may be changed until the write ends. */
  edit<N extends Name>(table: N, key: Key): Rows[N] {
    const row = this.tables[table].get(key)
    if (row === undefined) throw new RangeError(`no row ${key} in ${table}`)
    if (this.#before.has(`${table}\0${key}`)) return row
    return this.put(table, key, structuredClone(row))
  }

  put<N extends Name>(table: N, key: Key, row: Rows[N]): Rows[N] {
    this.#note(table, key)
    this.#set(table, key, row)
    return row
  }

  drop(table: Name, key: Key): void {
    this.#note(table, key)
    this.#set(table, key, null)
  }

  /** What the write changed, as a line of the journal; `undefined` when nothing. */
  line(): string | undefined {
    const changed = [...this.#before.values()].map(([table, key]) => [table, key, this.tables[table].get(key) ?? null])
    return changed.length === 0 ? undefined : JSON.stringify(changed)
  }

  /** Ends the write. Answers what listeners are to hear of it. */
  commit(): readonly Wake[] {
    const wakes = [...this.wakes.values()]
    this.#before.clear()
    this.wakes.clear()
    return wakes
  }

  /** Makes the tables what they were before the write. */
  rollback(): void {
    for (const [table, key, row] of [...this.#before.values()].reverse()) this.#set(table, key, row)
    this.#before.clear()
    this.wakes.clear()
  }

  /** The whole log, as lines. */
  *lines(): Iterable<string> {
    const names: readonly Name[] = ["log", "messages", "streams", "keys", "documents", "schedules", "groups"]
    for (const table of [...names, "partitions", "processes"] as const)
      for (const [key, row] of this.tables[table]) yield JSON.stringify([[table, key, row]])
  }

  tell(wake: Wake): void {
    this.wakes.set(JSON.stringify(wake), wake)
  }

  #note(table: Name, key: Key): void {
    const name = `${table}\0${key}`
    if (!this.#before.has(name)) this.#before.set(name, [table, key, this.tables[table].get(key) ?? null])
  }

  #set<N extends Name>(table: N, key: Key, row: Rows[N] | null): void {
    if (table === "schedules") this.#due = undefined
    const message = table === "messages" ? this.tables.messages.get(key) : undefined
    if (message !== undefined) this.#unindex(message)
    if (row === null) this.tables[table].delete(key)
    else this.tables[table].set(key, row)
    const stored = table === "messages" && row !== null ? this.tables.messages.get(key) : undefined
    if (stored !== undefined) this.#index(stored)
  }

  #index(message: StoredMessage): void {
    for (const name of this.#namesOf(message)) {
      const found = this.#positions.get(name)
      if (found === undefined) this.#positions.set(name, [message.position])
      else if (message.position > (found.at(-1) ?? 0)) found.push(message.position)
      else
        found.splice(
          found.findIndex((one) => one > message.position),
          0,
          message.position,
        )
    }
  }

  /** Messages go from the front, mostly, by retention, or from the end, when a write is rolled back. */
  #unindex(message: StoredMessage): void {
    for (const name of this.#namesOf(message)) {
      const found = this.#positions.get(name) ?? []
      if (found.at(-1) === message.position) found.pop()
      else found.splice(found.indexOf(message.position), 1)
      if (found.length === 0) this.#positions.delete(name)
    }
  }

  #namesOf({ id, kind, type, streamId, correlationId }: StoredMessage): readonly string[] {
    const partition = partitionOf(streamId, this.row.partitions)
    const names = [`id\0${id}`, `type\0${type}`, `type in ${partition}\0${type}`, `correlation\0${correlationId}`]
    return kind === "event"
      ? [...names, `stream\0${streamId}`, `events\0${streamId}`]
      : [...names, `stream\0${streamId}`]
  }
}
