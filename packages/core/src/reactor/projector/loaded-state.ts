import { evolveState } from "../../decider/evolve-state.ts"
import type { Action } from "../action.ts"
import type { Delivery } from "../registration.ts"
import type { HeldState } from "./held-state.ts"
import type { Projected, ProjectorSpec } from "./projector-spec.ts"
import { syncAction } from "./sync-action.ts"

/** A state of the user's own storage, without its transaction: loaded, and saved before the group's progress is stored, at least once. */
export class LoadedState implements HeldState {
  readonly #spec: ProjectorSpec
  readonly #id: string
  #state: unknown

  constructor(spec: ProjectorSpec, id: string) {
    this.#spec = spec
    this.#id = id
  }

  async load(): Promise<void> {
    if (this.#spec.source.kind === "stored") this.#state = await this.#spec.source.load(this.#id, { tx: undefined })
  }

  evolve(_delivery: Delivery, message: Projected): unknown {
    const projecting = this.#spec.evolves.get(message.type)
    if (projecting !== undefined) this.#state = evolveState(projecting, this.#state, message)
    return this.#state
  }

  save(done: Parameters<HeldState["save"]>[0]): readonly Action[] {
    const state = this.#state
    return syncAction(this.#spec, this.#id, done, () => state)
  }

  stored(): void {}
}
