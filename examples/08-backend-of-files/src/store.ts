import { existsSync, mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"

import { BackendError, type Instant, type Migration, type Wake } from "@millrace/core/backend"

import { lockFolder } from "./folder-lock.ts"
import { type Journal, openJournal, writeJournal } from "./journal.ts"
import { Log } from "./log.ts"

const FORMAT = 1

/** A journal is written anew when it has grown beyond this many bytes, and beyond twice what it took when it was written. */
const COMPACT_ABOVE_BYTES = 8 * 1024 * 1024

/** How a store is opened. */
interface StoreOptions {
  readonly folder: string
  readonly partitions: number
  readonly durable: boolean
  readonly now: () => Instant
}

interface Opened {
  readonly log: Log
  readonly journal: Journal
  readonly unlock: () => void
}

/** A folder that holds a log: its owner, its journal, and the tables that the journal tells. */
export class Store {
  readonly #options: StoreOptions
  readonly #path: string
  readonly #ears = new Set<{ readonly hear: (wake: Wake) => void }>()
  #open: Opened | undefined
  #compacted = 0
  #closed = false

  constructor(options: StoreOptions) {
    this.#options = options
    this.#path = join(options.folder, "journal")
  }

  get partitions(): number {
    return this.#open?.log.row.partitions ?? this.#options.partitions
  }

  migrate(dryRun: boolean): Migration {
    if (this.#closed) throw closed()
    const steps = existsSync(this.#path) ? [] : [`make a log of ${this.#options.partitions} partitions in a folder`]
    if (dryRun) return { steps, format: FORMAT }
    const { folder, partitions, durable } = this.#options
    mkdirSync(folder, { recursive: true })
    const row = { format: FORMAT, partitions, head: 0, trimmedTo: 0, recordedAt: 0, tokens: 0, schedules: 0, groups: 0 }
    const unlock = this.#open === undefined ? lockFolder(folder) : undefined
    try {
      if (!existsSync(this.#path)) writeJournal(this.#path, [JSON.stringify([["log", "log", row]])], durable)
    } finally {
      unlock?.()
    }
    this.look(() => {})
    return { steps, format: FORMAT }
  }

  look<T>(read: (log: Log) => T): T {
    return read(this.#usable().log)
  }

  /** Runs a write: what it changes is in the journal when this answers, or nothing is changed. */
  write<T>(change: (log: Log) => T): T {
    const { log, journal } = this.#usable()
    try {
      const result = change(log)
      const line = log.line()
      if (line !== undefined) journal.append(line)
      const wakes = log.commit()
      queueMicrotask(() => this.#tell(wakes))
      this.#compact(log, journal)
      return result
    } catch (error) {
      log.rollback()
      throw error
    }
  }

  listen(hear: (wake: Wake) => void): () => void {
    this.#usable()
    const ear = { hear }
    this.#ears.add(ear)
    return () => void this.#ears.delete(ear)
  }

  uninstall(): void {
    const { journal, unlock } = this.#usable()
    journal.close()
    rmSync(this.#path)
    unlock()
    this.#open = undefined
  }

  close(): void {
    this.#closed = true
    this.#ears.clear()
    this.#open?.journal.close()
    this.#open?.unlock()
    this.#open = undefined
  }

  #usable(): Opened {
    if (this.#closed) throw closed()
    if (this.#open !== undefined) return this.#open
    const { folder, durable, now } = this.#options
    if (!existsSync(this.#path)) throw new BackendError("not-migrated", `there is no log in ${folder}: call migrate()`)
    const unlock = lockFolder(folder)
    try {
      const { journal, texts } = openJournal(this.#path, durable)
      const log = new Log(texts, now)
      if (log.row.format > FORMAT) throw new BackendError("newer-format", `${folder} is of a later release: update`)
      this.#compacted = journal.size()
      this.#open = { log, journal, unlock }
      return this.#open
    } catch (error) {
      unlock()
      throw error
    }
  }

  #compact(log: Log, journal: Journal): void {
    if (journal.size() < Math.max(COMPACT_ABOVE_BYTES, 2 * this.#compacted)) return
    this.#compacted = journal.size()
    journal.rewrite(log.lines())
    this.#compacted = journal.size()
  }

  #tell(wakes: readonly Wake[]): void {
    for (const { hear } of this.#ears) for (const wake of wakes) hear(wake)
  }
}

function closed(): BackendError {
  return new BackendError("closed", "this backend of files was closed: make another one")
}
