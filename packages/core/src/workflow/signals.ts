import type { AnyEvent } from "../message/definition.ts"
import type { StoredMessage } from "../message/message.ts"
import type { Calls } from "./calls.ts"
import { NotDurable } from "./errors.ts"
import type { RunEvent } from "./run-event.ts"

/** The most signals that may wait for a run to take them. */
const MAX_UNREAD = 10_000

interface Waiting {
  readonly key: string
  readonly event: AnyEvent
}

/** The signals of one run: those that came and were not taken, and the calls that wait for one. */
export class Signals {
  readonly #unread = new Map<string, StoredMessage[]>()
  readonly #waiting = new Map<string, Waiting[]>()
  readonly #run: { readonly calls: Calls; readonly streamId: string }
  #count = 0

  constructor(run: { readonly calls: Calls; readonly streamId: string }) {
    this.#run = run
  }

  /** Takes the oldest signal of this type that waits. */
  take(event: AnyEvent): { readonly payload: unknown } | undefined {
    const message = this.#unread.get(event.type)?.shift()
    if (message === undefined) return undefined
    this.#count -= 1
    return { payload: event.decode(message).payload }
  }

  /** A call waits for a signal. */
  wait(key: string, event: AnyEvent): void {
    const waiting = this.#waiting.get(event.type)
    if (waiting === undefined) this.#waiting.set(event.type, [{ key, event }])
    else waiting.push({ key, event })
  }

  /** A signal came: the call that has waited longest for one of its type gets it. */
  came({ type, message }: Extract<RunEvent, { kind: "signalled" }>): void {
    const first = this.#waiting.get(type)?.shift()
    const call = first === undefined ? undefined : this.#run.calls.get(first.key)
    if (first === undefined || call === undefined) return this.#keep(type, message)
    const { payload } = first.event.decode(message)
    this.#run.calls.close(call, { expected: call.timed === true })
    call.resolve(payload)
  }

  /** A call waits no longer. */
  stopWaiting(key: string): void {
    for (const waiting of this.#waiting.values()) {
      const at = waiting.findIndex((one) => one.key === key)
      if (at >= 0) waiting.splice(at, 1)
    }
  }

  stopAll(): void {
    this.#waiting.clear()
  }

  #keep(type: string, message: StoredMessage): void {
    this.#count += 1
    if (this.#count > MAX_UNREAD)
      throw new NotDurable(this.#run.streamId, `was sent more than ${MAX_UNREAD} signals that it does not take`)
    const unread = this.#unread.get(type)
    if (unread === undefined) this.#unread.set(type, [message])
    else unread.push(message)
  }
}
