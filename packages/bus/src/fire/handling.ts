import { AsyncLocalStorage } from "node:async_hooks"

import type { AnyMessage } from "@millrace/core"

import { FiredTooLate } from "../errors.ts"

/** One run of a handler: what it fires is stored with its acknowledgement. */
export class Handling {
  readonly #group: string
  readonly #messages: AnyMessage[] = []
  readonly #open = new Set<Promise<unknown>>()
  #failed: { readonly error: unknown } | undefined
  #ended = false

  constructor(group: string) {
    this.#group = group
  }

  /** Throws `FiredTooLate` when the handler has returned. */
  expect(type: string): void {
    if (this.#ended) throw new FiredTooLate(type, this.#group)
  }

  fired(message: AnyMessage): void {
    this.expect(message.type)
    this.#messages.push(message)
  }

  /** Keeps account of a call that belongs to this run: one that fails makes the run fail, even if nobody looks at it. */
  follow(call: Promise<void>): Promise<void> {
    const seen = call.catch((error: unknown) => {
      this.#failed ??= { error }
    })
    this.#open.add(seen)
    void seen.then(() => this.#open.delete(seen))
    return call
  }

  /** Ends the run when its calls have ended, and gives what it fired. Throws what one of them failed with, even where the handler caught it. */
  async end(): Promise<readonly AnyMessage[]> {
    while (this.#open.size > 0) await Promise.all(this.#open)
    this.#ended = true
    if (this.#failed !== undefined) throw this.#failed.error
    return this.#messages
  }
}

const current = new AsyncLocalStorage<Handling>()

/** The handler's run this code is part of. */
export function handling(): Handling | undefined {
  return current.getStore()
}

/** Runs a handler's code as part of a run. */
export function inHandling<T>(run: Handling, work: () => T): T {
  return current.run(run, work)
}
