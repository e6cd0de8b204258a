import type { Logger } from "@millrace/core"

import { ListenerFailed } from "../errors.ts"
import { OnError, type OnErrorChoice } from "../listen/on-error.ts"

/** How a background task is run. */
export interface TaskOptions {
  readonly name: string
  /** Default: `OnError.SHUTDOWN`. A task has no event to retry or park: those choices are refused by their types. */
  readonly onError?: Extract<OnErrorChoice, { readonly kind: "shutdown" | "acknowledge-and-log" }>
}

/** A task that runs beside the workers. */
export interface Task extends TaskOptions {
  readonly run: (signal: AbortSignal) => Promise<void>
}

/** The tasks of a service while it works. */
export class RunningTasks {
  readonly #abort = new AbortController()
  readonly #running: readonly Promise<void>[]

  constructor(tasks: readonly Task[], logger: Logger, shutDown: (error: ListenerFailed) => void) {
    const { signal } = this.#abort
    this.#running = tasks.map(async ({ name, run, onError = OnError.SHUTDOWN }) => {
      try {
        await run(signal)
      } catch (error) {
        if (signal.aborted) return
        logger.error({ err: error, task: name }, "a background task failed")
        if (onError.kind === "shutdown") shutDown(new ListenerFailed(`background task ${name}`, error))
      }
    })
  }

  /** Tells the tasks to end, and waits until they have. */
  async stop(): Promise<void> {
    this.#abort.abort(new Error("the service stops"))
    await Promise.all(this.#running)
  }
}
