import type { OpenStep } from "./open-step.ts"
import { stepKey } from "./step-key.ts"

/** The most calls of one run that may be open at a time. */
export const MAX_OPEN_CALLS = 10_000

/** A call that a run's code waits for. */
export interface OpenCall {
  readonly key: string
  /** What stands for its arguments; empty where none are compared. */
  readonly args: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  /** Set for steps. */
  readonly step?: OpenStep
  /** A timer will fire for it, even when it has been answered by then. */
  readonly timed?: boolean
  /** What has to be done when nobody waits for it any more. */
  readonly cancel?: () => void
}

/** The calls of one run: numbered by name in the order the code makes them, open until the log answers them. */
export class Calls {
  readonly #open = new Map<string, OpenCall>()
  readonly #abandoned = new Set<string>()
  readonly #ordinals = new Map<string, number>()

  /** The key of the next call of a name. */
  nextKey(name: string): string {
    const ordinal = (this.#ordinals.get(name) ?? 0) + 1
    this.#ordinals.set(name, ordinal)
    return stepKey(name, ordinal)
  }

  get size(): number {
    return this.#open.size
  }

  get keys(): readonly string[] {
    return [...this.#open.keys()]
  }

  add(call: OpenCall): void {
    this.#open.set(call.key, call)
  }

  get(key: string): OpenCall | undefined {
    return this.#open.get(key)
  }

  /** The call is answered; an answer that comes for it later means nothing where one is on its way. */
  close(call: OpenCall, { expected = false }: { readonly expected?: boolean } = {}): void {
    this.#open.delete(call.key)
    if (expected) this.#abandoned.add(call.key)
  }

  /** Whether an answer is one that nobody waits for any more. It comes once. */
  wasAbandoned(key: string): boolean {
    return this.#abandoned.delete(key)
  }

  /** Nobody waits for any open call any more. */
  abandonAll(error: Error): void {
    for (const call of this.#open.values()) {
      this.close(call, { expected: true })
      call.cancel?.()
      call.reject(error)
    }
  }
}
