import { Instance } from "../../decider/instance.ts"
import type { Position, StreamId } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { Access, Batch } from "../registration.ts"
import type { ActorSpec } from "./actor-spec.ts"
import { reactionTo } from "./reaction-to.ts"

/** What the process remembers for reactions: a state, and the position up to which it saw its stream. */
interface Seen {
  readonly position: Position
  readonly state: unknown
}

/** The state that a batch's reactions see: each the one right after its own event, whatever the batch's bounds are. */
export class ReactionSide {
  readonly #spec: ActorSpec
  readonly #batch: Batch
  readonly #access: Access
  readonly #streamId: StreamId
  #instance: Instance | undefined
  #position: Position = 0
  #pending: readonly StoredMessage[] = []
  #applied = 0
  #spoilt = false

  constructor(spec: ActorSpec, batch: Batch, access: Access, streamId: StreamId) {
    this.#spec = spec
    this.#batch = batch
    this.#access = access
    this.#streamId = streamId
  }

  /** Reads the events that the process does not remember, if there is something to react to. */
  async load(): Promise<void> {
    const wanted = this.#batch.messages.map((one) => one.message).filter((one) => this.#reactsTo(one))
    const [first, last] = [wanted[0], wanted.at(-1)]
    if (first === undefined || last === undefined) return
    const seen = this.#remembered(first.position)
    const after = seen?.version ?? 0
    this.#position = seen?.position ?? 0
    this.#instance = new Instance(this.#spec.decider, this.#streamId, seen)
    if (follows(wanted, after)) {
      this.#pending = wanted
      return
    }
    const upto = last.version === undefined ? {} : { upto: last.version }
    this.#pending = await this.#access.history(this.#streamId, { after, ...upto })
  }

  /** The state right after a message. Messages are asked for in their order. Throws what evolve functions throw. */
  stateAt(message: StoredMessage): unknown {
    const instance = (this.#instance ??= new Instance(this.#spec.decider, this.#streamId))
    this.#spoilt = true
    for (;;) {
      const next = this.#pending[this.#applied]
      if (next === undefined || next.position > message.position) break
      instance.applyStored(next)
      this.#applied += 1
    }
    this.#spoilt = false
    this.#position = message.position
    return instance.state
  }

  /** A reaction failed: what it may have done to the state is not kept. */
  spoil(): void {
    this.#spoilt = true
  }

  /** Keeps the state for the next batch. */
  remember(): void {
    if (this.#instance === undefined || this.#spoilt || this.#position === 0) return
    const seen: Seen = { position: this.#position, state: this.#instance.state }
    this.#access.baselines.set(this.#key, { version: this.#instance.version, state: seen })
  }

  get #key(): string {
    return `react:${this.#access.group}:${this.#streamId}`
  }

  #reactsTo(message: StoredMessage): boolean {
    return reactionTo(this.#spec, message.type) !== undefined
  }

  /** A state beyond the first message (it is handled again) is of no use. */
  #remembered(first: Position): (Seen & { readonly version: number }) | undefined {
    const known = this.#access.baselines.get(this.#key)
    if (known === undefined || this.#batch.fresh || !isSeen(known.state) || known.state.position > first)
      return undefined
    return { version: known.version, ...known.state }
  }
}

/** Whether the messages are events that follow a version without gaps: then nothing has to be read. */
function follows(messages: readonly StoredMessage[], version: number): boolean {
  return messages.every((message, index) => message.version === version + 1 + index)
}

function isSeen(state: unknown): state is Seen {
  return typeof state === "object" && state !== null && "position" in state && "state" in state
}
