import { Instance } from "../../decider/instance.ts"
import type { AnyCommand } from "../../message/definition.ts"
import type { StreamId } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { Action } from "../action.ts"
import { type LoadedState, loadState } from "../load-state.ts"
import type { Access, Batch, Delivery } from "../registration.ts"
import { isDue } from "../snapshots.ts"
import type { ActorSpec } from "./actor-spec.ts"

/** Whether a command is to be decided: it was not when it was stored, and not before a reset. */
export function mayDecide({ message, handledBefore }: Delivery): boolean {
  return !handledBefore && message.decided !== true
}

/** The state that a batch's commands are decided on: the head of the stream, evolved by each decision in turn. */
export class CommandSide {
  readonly #spec: ActorSpec
  readonly #batch: Batch
  readonly #access: Access
  readonly #streamId: StreamId
  #loaded: LoadedState | undefined
  #loadedTo = 0
  #spoilt = false

  constructor(spec: ActorSpec, batch: Batch, access: Access, streamId: StreamId) {
    this.#spec = spec
    this.#batch = batch
    this.#access = access
    this.#streamId = streamId
  }

  /** Reads what the process does not remember, if there is something to decide. */
  async load(): Promise<void> {
    const { decides } = this.#spec.decider
    if (!this.#batch.messages.some((one) => decides.has(one.message.type) && mayDecide(one))) return
    const known = this.#access.baselines.get(this.#key)
    this.#loaded = await loadState(this.#spec.decider, this.#streamId, this.#access, {
      known: this.#batch.fresh ? undefined : known,
    })
    this.#loadedTo = this.#loaded.instance.version
  }

  /** Decides a command at the version reached, and expects the stream to be there. Throws what decide and evolve functions throw. */
  decide(message: StoredMessage, definition: AnyCommand): readonly Action[] {
    const instance = this.#current()
    const expectedVersion = instance.version
    const command = definition.decode(message)
    try {
      const messages = instance.decide(command)
      return messages.length === 0
        ? []
        : [{ kind: "append-after", streamId: this.#streamId, messages, expectedVersion }]
    } catch (error) {
      // What was emitted before the throw has changed the state, and is not stored.
      if (instance.version !== expectedVersion) this.#spoilt = true
      throw error
    }
  }

  /** Keeps the state for the next batch: called once the events are stored. */
  remember(): void {
    if (this.#loaded === undefined || this.#loaded.failed !== undefined || this.#spoilt) return
    const { version, state } = this.#loaded.instance
    if (version === 0) return
    this.#access.baselines.set(this.#key, { version, state })
    const { decider } = this.#spec
    if (isDue(decider, this.#loadedTo, version)) this.#access.snapshots?.passed(decider, this.#streamId, version)
  }

  get #key(): string {
    return `decide:${this.#access.group}:${this.#streamId}`
  }

  /** What an event could not be applied for is the failure of the first command that needs the state. */
  #current(): Instance {
    if (this.#loaded?.failed !== undefined) throw this.#loaded.failed.error
    return this.#loaded?.instance ?? new Instance(this.#spec.decider, this.#streamId)
  }
}
