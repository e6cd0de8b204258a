import { BackendError } from "../errors.ts"
import type { Listening, Wake } from "../wake.ts"
import { type Listeners, listeners } from "./listen.ts"
import { type LogFacts, type LogState, noNews } from "./log-state.ts"
import { firstRows, recoverLog } from "./recover.ts"
import { allRows } from "./row-of.ts"
import type { RowStorage } from "./row-storage.ts"
import { takeChanges } from "./take-changes.ts"
import { forgetTouched, hasTouched, untouched } from "./touched.ts"
import { type WriteQueue, writeQueue } from "./write-queue.ts"

/** The way to a resident log: the first call that needs it opens it, and what a write changes is kept before the write answers. */
export class OpenLog {
  readonly #kind: string
  readonly #storage: RowStorage
  readonly #facts: LogFacts
  readonly #queue: WriteQueue = writeQueue()
  readonly #ears: Listeners
  #log: LogState | undefined
  #closed = false

  /** `kind`: what its backend is called. */
  constructor(kind: string, storage: RowStorage, facts: Omit<LogFacts, "news">) {
    this.#kind = kind
    this.#storage = storage
    this.#facts = { ...facts, news: noNews() }
    this.#ears = listeners(this.#facts.news)
  }

  /** Of the log that is open. */
  get partitions(): number | undefined {
    return this.#log?.partitions
  }

  /** Makes a log where there is none, and opens it. Answers whether there was none. */
  migrate(partitions: number, { dryRun }: { readonly dryRun: boolean }): boolean {
    this.#checkOpen()
    const lacking = !this.#storage.holdsLog()
    if (dryRun) return lacking
    if (lacking) this.#storage.create(firstRows(partitions))
    this.#usable()
    return lacking
  }

  /** Runs a read at once. */
  async look<T>(read: (log: LogState) => T): Promise<T> {
    return read(this.#usable())
  }

  /** Runs a write in its turn. */
  write<T>(change: (log: LogState) => T): Promise<T> {
    return this.#queue.run(() => this.#writeTo(this.#usable(), change))
  }

  /** Runs a write that waits for no other. */
  async writeAtOnce<T>(change: (log: LogState) => T): Promise<T> {
    return this.#writeTo(this.#usable(), change)
  }

  /** Runs in its turn what may take time to judge; what it answers then writes at once. */
  writeJudged<T>(judge: (log: LogState) => Promise<() => T>): Promise<T> {
    return this.#queue.run(async () => {
      const log = this.#usable()
      const change = await judge(log)
      if (this.#usable() !== log) throw new BackendError("unavailable", "the log was opened anew meanwhile: try again")
      return this.#writeTo(log, change)
    })
  }

  listen(onWake: (wake: Wake) => void): Listening {
    this.#usable()
    return this.#ears.listen(onWake)
  }

  /** Removes the whole log. */
  wipe(): Promise<void> {
    return this.#queue.run(() => {
      this.#usable()
      this.#log = undefined
      this.#storage.remove()
    })
  }

  close(): void {
    this.#closed = true
    this.#ears.close()
    this.#forget()
  }

  #checkOpen(): void {
    if (this.#closed) throw new BackendError("closed", `this ${this.#kind} backend was closed: make another one`)
  }

  #usable(): LogState {
    this.#checkOpen()
    return this.#log ?? this.#open()
  }

  #open(): LogState {
    if (!this.#storage.holdsLog())
      throw new BackendError("not-migrated", `this ${this.#kind} backend holds no log yet: call migrate() first`)
    const kept = this.#storage.open()
    try {
      const log = recoverLog(kept, this.#facts, this.#storage.keep === undefined ? undefined : untouched())
      this.#log = log
      return log
    } catch (error) {
      this.#storage.close()
      throw error
    }
  }

  /** Runs a write. Nothing needs to be undone where it fails: what is kept is what counts, and is read anew. */
  #writeTo<T>(log: LogState, change: (log: LogState) => T): T {
    try {
      const result = change(log)
      const changes = takeChanges(log)
      if (changes.length > 0) this.#storage.keep?.(changes, () => allRows(log))
      forgetTouched(log)
      this.#ears.tell()
      return result
    } catch (error) {
      if (hasTouched(log)) this.#forget()
      throw error
    }
  }

  #forget(): void {
    if (this.#log !== undefined) this.#storage.close()
    this.#log = undefined
  }
}
