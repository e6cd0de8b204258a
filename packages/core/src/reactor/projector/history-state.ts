import type { Action } from "../action.ts"
import type { Access, Delivery } from "../registration.ts"
import { StateAtEvents } from "../state-at-events.ts"
import type { HeldState } from "./held-state.ts"
import { historyDecider } from "./history-decider.ts"
import type { ProjectorSpec } from "./projector-spec.ts"
import { syncAction } from "./sync-action.ts"

/** A state rebuilt from its stream's history. */
export class HistoryState implements HeldState {
  readonly #spec: ProjectorSpec
  readonly #id: string
  readonly #states: StateAtEvents

  constructor(spec: ProjectorSpec, id: string, access: Access, fresh: boolean) {
    this.#spec = spec
    this.#id = id
    this.#states = new StateAtEvents({ decider: historyDecider(spec), streamId: id, use: "project", access, fresh })
  }

  load(messages: readonly Delivery[]): Promise<void> {
    return this.#states.load(messages.map((one) => one.message))
  }

  evolve({ message }: Delivery): unknown {
    return this.#states.after(message)
  }

  save(done: Parameters<HeldState["save"]>[0]): readonly Action[] {
    const last = done.at(-1)
    const state = last === undefined ? undefined : this.#states.after(last.delivery.message)
    return syncAction(this.#spec, this.#id, done, () => state)
  }

  stored(): void {
    // What `sync` did with the state is its own: what is remembered shares nothing with it.
    this.#states.remember({ copied: true })
  }
}
