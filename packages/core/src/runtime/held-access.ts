import type { Access } from "../reactor/registration.ts"

/**
 * What a reactor may ask for while it handles one stream, under a lease that may change meanwhile: its slice's first, its lane's after a
 * hand-over. The signal follows; it is made when somebody reads it, for nearly nobody does.
 */
export class HeldAccess implements Access {
  readonly group: Access["group"]
  readonly history: Access["history"]
  readonly document: Access["document"]
  readonly expect: Access["expect"]
  readonly record: Access["record"]
  readonly baselines: Access["baselines"]
  readonly snapshots: Access["snapshots"]
  readonly logger: Access["logger"]
  readonly time: Access["time"]
  readonly observer: Access["observer"]
  #lease: AbortSignal
  #own: { readonly abort: AbortController; readonly onLost: () => void } | undefined

  constructor(
    shared: Omit<Access, "signal" | "aborted" | "observer">,
    lease: AbortSignal,
    observer?: Access["observer"],
  ) {
    this.group = shared.group
    this.history = shared.history
    this.document = shared.document
    this.expect = shared.expect
    this.record = shared.record
    this.baselines = shared.baselines
    this.snapshots = shared.snapshots
    this.logger = shared.logger
    this.time = shared.time
    this.observer = observer
    this.#lease = lease
  }

  get aborted(): boolean {
    return this.#lease.aborted
  }

  get signal(): AbortSignal {
    if (this.#own === undefined) {
      const abort = new AbortController()
      this.#own = { abort, onLost: () => abort.abort(this.#lease.reason) }
      this.#follow(this.#own.onLost)
    }
    return this.#own.abort.signal
  }

  /** From now on the lease with this signal is the one that counts. */
  heldBy(lease: AbortSignal): void {
    const before = this.#lease
    this.#lease = lease
    if (this.#own === undefined) return
    before.removeEventListener("abort", this.#own.onLost)
    this.#follow(this.#own.onLost)
  }

  #follow(onLost: () => void): void {
    if (this.#lease.aborted) onLost()
    else this.#lease.addEventListener("abort", onLost, { once: true })
  }
}
