import type { AnyApp, Logger } from "@millrace/core"

import type { ListenerFailed } from "../errors.ts"
import type { Repeated } from "../every/every.ts"
import type { StreamLengths } from "../fire/stream-lengths.ts"
import type { Hooks } from "../hooks.ts"
import type { Policies } from "../listen/listener-strategy.ts"
import type { Listener } from "../listen/listener.ts"
import type { Listeners } from "../listen/listeners.ts"
import { RunningTasks, type Task } from "./background.ts"

/** What a service is made of. */
export interface LifeParts extends Omit<Policies, "shutDown"> {
  readonly app: AnyApp
  readonly hooks: Hooks
  readonly lengths: Pick<StreamLengths, "settle" | "ended">
  readonly listeners: Listeners
  readonly logger: Logger
}

/** The life of a service: its listeners become reactors of the app when it starts. */
export class ServiceLife {
  readonly #parts: LifeParts
  readonly #tasks: Task[] = []
  readonly #repeated: Repeated[] = []
  #running: RunningTasks | undefined
  #prepared: Promise<void> | undefined
  #failed: Error | undefined
  readonly #shutDown = new AbortController()

  constructor(parts: LifeParts) {
    this.#parts = parts
  }

  /** Whether the groups of all listeners exist. */
  get hasGroups(): boolean {
    return this.#registered || this.#parts.listeners.isEmpty
  }

  get failed(): Error | undefined {
    return this.#failed
  }

  listen(listener: Listener): void {
    this.#requireNotStarted(`listener ${listener.listenerName}`)
    this.#parts.listeners.add(listener)
  }

  background(task: Task): void {
    this.#requireNotStarted(`background task ${task.name}`)
    this.#tasks.push(task)
  }

  repeat(repeated: Repeated): void {
    this.listen(repeated.listener)
    this.#repeated.push(repeated)
  }

  async run({ signal, ...how }: { readonly concurrency?: number; readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#begin()
    const until = signal === undefined ? this.#shutDown.signal : AbortSignal.any([signal, this.#shutDown.signal])
    try {
      await this.#parts.app.run({ ...how, signal: until })
    } finally {
      await this.#ended()
    }
    this.#throwFailure()
  }

  async start(how: { readonly concurrency?: number } = {}): Promise<void> {
    await this.#begin()
    const { app, logger } = this.#parts
    this.#shutDown.signal.addEventListener("abort", () => {
      this.stop().catch((error: unknown) => logger.error({ err: error }, "stopping failed"))
    })
    await app.start(how)
  }

  async stop(how: { readonly drainMs?: number } = {}): Promise<void> {
    await this.#parts.app.stop(how)
    await this.#ended()
  }

  async drain(): Promise<void> {
    await this.#prepare()
    await this.#parts.app.drain()
    await this.#parts.lengths.settle()
    this.#throwFailure()
  }

  async close(): Promise<void> {
    await this.stop()
    await this.#parts.lengths.ended()
    await this.#parts.app.close()
  }

  /** What a service does before its workers run. */
  async #begin(): Promise<void> {
    await this.#prepare()
    const { logger } = this.#parts
    this.#running = new RunningTasks(this.#tasks, logger, (error) => this.#fail(error))
  }

  /** Runs the start hooks, which may listen, and registers the listeners: once. */
  #prepare(): Promise<void> {
    this.#prepared ??= this.#register()
    return this.#prepared
  }

  async #register(): Promise<void> {
    const { app, hooks, listeners, maxShutdowns, acknowledgementTimeoutMs } = this.#parts
    await hooks.start()
    const policies = { maxShutdowns, acknowledgementTimeoutMs, shutDown: (error: ListenerFailed) => this.#fail(error) }
    await app.register(...listeners.reactors(hooks, policies))
    this.#registered = true
    for (const one of this.#repeated) await one.begin()
  }

  #registered = false

  #requireNotStarted(what: string): void {
    if (this.#registered)
      throw new Error(
        `${what} comes too late: this service works already. Listen before run() or start(), or in onStart`,
      )
  }

  #fail(error: ListenerFailed): void {
    this.#failed ??= error
    this.#shutDown.abort(error)
  }

  async #ended(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    await running.stop()
    await this.#parts.hooks.stop()
  }

  #throwFailure(): void {
    if (this.#failed !== undefined) throw this.#failed
  }
}
