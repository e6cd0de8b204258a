import { evolveState } from "../../decider/evolve-state.ts"
import { requireSync } from "../../decider/require-sync.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import { describeErrors } from "../../message/field-error.ts"
import type { Json } from "../../message/json.ts"
import { plainJson } from "../../message/plain-json.ts"
import type { Action } from "../action.ts"
import type { Access, Delivery } from "../registration.ts"
import type { HeldState } from "./held-state.ts"
import { keptDocument, keptIn } from "./kept-document.ts"
import type { Projected, ProjectorSpec } from "./projector-spec.ts"
import { afterCommitAction } from "./sync-action.ts"

/** A state that Millrace keeps as a document: put with the group's progress, at the revision it was read. */
export class KeptState implements HeldState {
  readonly #spec: ProjectorSpec
  readonly #id: string
  readonly #collection: string
  readonly #access: Access
  #state: unknown
  #revision = 0
  #position = 0

  constructor(spec: ProjectorSpec, id: string, collection: string, access: Access) {
    this.#spec = spec
    this.#id = id
    this.#collection = collection
    this.#access = access
  }

  async load(messages: readonly Delivery[]): Promise<void> {
    const found = await this.#access.document(this.#collection, this.#id)
    const kept = found === undefined ? undefined : keptIn(found.value)
    const first = messages[0]?.message.position ?? 0
    this.#revision = found?.revision ?? 0
    // A message from before what the state knows: the group was reset, and the projection is built anew.
    const anew = kept === undefined || first <= kept.position
    this.#state = anew ? await this.#initial() : structuredClone(kept.state)
    this.#position = anew ? 0 : kept.position
  }

  evolve({ message: { position } }: Delivery, message: Projected): unknown {
    const projecting = this.#spec.evolves.get(message.type)
    if (projecting !== undefined) this.#state = evolveState(projecting, this.#state, message)
    this.#position = position
    return this.#state
  }

  save(done: Parameters<HeldState["save"]>[0]): readonly Action[] {
    const state = this.#json()
    const value = keptDocument(state, this.#position)
    const put = { collection: this.#collection, id: this.#id, expectedRevision: this.#revision, value }
    return [{ kind: "put", put }, ...afterCommitAction(this.#spec, this.#id, done, () => state)]
  }

  stored(): void {}

  async #initial(): Promise<unknown> {
    const { name, source } = this.#spec
    if (source.kind === "history")
      throw new DefinitionError(`${name} has its state from history: Millrace does not keep it`)
    return source.load(this.#id, { tx: undefined })
  }

  #json(): Json {
    requireSync(this.#state, `the state of ${this.#spec.name}`)
    const plain = plainJson(this.#state)
    if ("json" in plain) return plain.json
    throw new DefinitionError(
      `the state of ${this.#spec.name} for ${this.#id} can not be kept in Millrace, for it is not JSON: ${describeErrors(plain.errors)}. Keep it plain, or save it yourself with .sync(…)`,
    )
  }
}
