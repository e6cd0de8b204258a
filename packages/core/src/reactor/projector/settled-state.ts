import { evolveState } from "../../decider/evolve-state.ts"
import type { Action } from "../action.ts"
import type { HeldState } from "./held-state.ts"
import type { ProjectorSpec } from "./projector-spec.ts"
import { syncAction } from "./sync-action.ts"

/** A state of the user's own tables in the log's storage: loaded, changed and saved inside the transaction that stores the group's progress. */
export class SettledState implements HeldState {
  readonly #spec: ProjectorSpec
  readonly #id: string

  constructor(spec: ProjectorSpec, id: string) {
    this.#spec = spec
    this.#id = id
  }

  async load(): Promise<void> {}

  evolve(): undefined {
    return undefined
  }

  save(done: Parameters<HeldState["save"]>[0]): readonly Action[] {
    const { source, evolves } = this.#spec
    return syncAction(this.#spec, this.#id, done, async (tx) => {
      let state = source.kind === "stored" ? await source.load(this.#id, { tx }) : undefined
      for (const { message } of done) {
        const projecting = evolves.get(message.type)
        if (projecting !== undefined) state = evolveState(projecting, state, message)
      }
      return state
    })
  }

  stored(): void {}
}
