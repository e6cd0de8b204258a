import {
  BackendError,
  type Instant,
  noSuchGroup,
  type Position,
  type ScheduleInfo,
  type Wake,
} from "@millrace/core/backend"

import { type Listed, MessageIndex } from "./message-index.ts"
import type { GroupRow, LogRow, Rows } from "./rows.ts"
import { draftOf, readGroup, type WrittenGroup, writtenGroup } from "./written-group.ts"

type Name = keyof Rows
type Key = string | number
type Tables = { readonly [N in Name]: Map<Key, Rows[N]> }

/** A row as it was before a write; `null` where there was none. */
type Before = readonly [table: Name, key: Key, row: Rows[Name] | null]

/** What a line of the journal says of a row; `null` when it is gone. */
type Written =
  | { readonly [N in Exclude<Name, "groups">]: readonly [table: N, key: Key, row: Rows[N] | null] }[Exclude<
      Name,
      "groups"
    >]
  | readonly [table: "groups", key: Key, row: WrittenGroup | null]

const parse: <T>(json: string) => T = JSON.parse

/**
 * The tables, in memory, and what a write has changed of them so far. Whoever writes gets rows to change, and then either takes the `line` of what has
 * changed to the journal, or rolls all back. Nobody else runs in between.
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
    processes: new Map(),
  }
  readonly now: () => Instant
  /** What listeners are to hear once the write has landed. */
  readonly wakes = new Map<string, Wake>()
  readonly #index = new MessageIndex(() => this.row.partitions)
  readonly #before = new Map<string, Before>()
  #due: readonly ScheduleInfo[] | undefined

  constructor(texts: Iterable<string>, now: () => Instant) {
    this.now = now
    for (const text of texts) {
      for (const [table, key, row] of parse<Written[]>(text)) {
        if (table !== "groups") this.#set(table, key, row)
        else this.#set(table, key, row && readGroup(row, this.tables.groups.get(key)))
      }
    }
  }

  /** The row of the log as a whole. */
  get row(): LogRow {
    const row = this.tables.log.get("log")
    if (row === undefined) throw new BackendError("corrupt", "the journal tells nothing of the log: restore a copy")
    return row
  }

  /** The group of this name. Throws `not-found`. */
  group(name: string): GroupRow {
    const group = this.tables.groups.get(name)
    if (group === undefined) throw noSuchGroup(name)
    return group
  }

  /** Where the messages stand that have this id, type, stream or correlation id, in rising order. */
  positions(of: Listed, name: string): readonly Position[] {
    return this.#index.positions(of, name)
  }

  /** Schedules in the order they fall due. */
  due(): readonly ScheduleInfo[] {
    this.#due ??= [...this.tables.schedules.values()].sort((a, b) => a.at - b.at || a.number - b.number)
    return this.#due
  }

  /** The group of this name, to be changed until the write ends. Throws `not-found`. */
  editGroup(name: string): GroupRow {
    const group = this.group(name)
    return this.#before.has(`groups\0${name}`) ? group : this.put("groups", name, draftOf(group))
  }

  /** A row that may be changed until the write ends. */
  edit<N extends Exclude<Name, "groups">>(table: N, key: Key): Rows[N] {
    const row = this.tables[table].get(key)
    if (row === undefined) throw new RangeError(`no row ${key} in ${table}`)
    return this.#before.has(`${table}\0${key}`) ? row : this.put(table, key, structuredClone(row))
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

  tell(wake: Wake): void {
    this.wakes.set(JSON.stringify(wake), wake)
  }

  nextToken(): number {
    const row = this.edit("log", "log")
    row.tokens += 1
    return row.tokens
  }

  /** What the write changed, as a line of the journal; `undefined` when nothing. */
  line(): string | undefined {
    const changed = [...this.#before.values()].map((before) => this.#written(before))
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
    const names = ["log", "messages", "streams", "keys", "documents", "schedules", "groups", "processes"] as const
    for (const table of names)
      for (const key of this.tables[table].keys()) yield JSON.stringify([this.#written([table, key, null])])
  }

  #written([table, key, before]: Before): unknown {
    const row = this.tables[table].get(key) ?? null
    return [table, key, isGroup(row) ? writtenGroup(row, isGroup(before) ? before : undefined) : row]
  }

  #note(table: Name, key: Key): void {
    const name = `${table}\0${key}`
    if (!this.#before.has(name)) this.#before.set(name, [table, key, this.tables[table].get(key) ?? null])
  }

  #set<N extends Name>(table: N, key: Key, row: Rows[N] | null): void {
    if (table === "schedules") this.#due = undefined
    if (table === "messages") this.#index.remove(this.tables.messages.get(key))
    if (row === null) this.tables[table].delete(key)
    else this.tables[table].set(key, row)
    if (table === "messages") this.#index.add(this.tables.messages.get(key))
  }
}

function isGroup(row: Rows[Name] | null): row is GroupRow {
  return row !== null && "marks" in row
}
