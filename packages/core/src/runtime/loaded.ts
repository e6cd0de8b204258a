import type { Decider } from "../decider/decider.ts"
import { Instance } from "../decider/instance.ts"
import type { StoredOf } from "../message/definition.ts"
import type { StreamId, Version } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import { type AnyActor, DECIDER, type EventsOf, type StateOf } from "../reactor/actor/actor-types.ts"
import type { ReadTogether } from "./read-together.ts"

/** An actor's stream as it was when it was loaded. */
export interface Loaded<A extends AnyActor> {
  readonly id: StreamId
  readonly state: StateOf<A>
  readonly version: Version
  /** The actor's events, oldest first. */
  readonly events: readonly StoredOf<EventsOf<A>>[]
  /** Events of the stream that the actor does not know: they count in its version and change nothing. */
  readonly foreign: readonly StoredMessage[]
  /** Folds in what was stored since; the same object shows it. */
  catchUp(): Promise<void>
}

/** Loads an actor's stream, up to a version where asked. */
export function loadActor<A extends AnyActor>(
  reads: ReadTogether,
  actor: A,
  streamId: StreamId,
  upto: Version | undefined,
): Promise<Loaded<A>>
export async function loadActor(
  reads: ReadTogether,
  actor: AnyActor,
  streamId: StreamId,
  upto: Version | undefined,
): Promise<object> {
  const loaded = new LoadedActor(reads, actor[DECIDER], streamId)
  await loaded.read(upto)
  return loaded
}

class LoadedActor {
  readonly #reads: ReadTogether
  readonly #decider: Decider
  readonly #instance: Instance
  readonly events: StoredMessage<string, unknown>[] = []
  readonly foreign: StoredMessage[] = []

  constructor(reads: ReadTogether, decider: Decider, streamId: StreamId) {
    this.#reads = reads
    this.#decider = decider
    this.#instance = new Instance(decider, streamId)
  }

  get id(): StreamId {
    return this.#instance.id
  }

  get state(): unknown {
    return this.#instance.state
  }

  get version(): Version {
    return this.#instance.version
  }

  async catchUp(): Promise<void> {
    await this.read(undefined)
  }

  async read(upto: Version | undefined): Promise<void> {
    const range = { after: this.#instance.version, ...(upto === undefined ? {} : { upto }) }
    for (const stored of await this.#reads.history(this.id, range)) {
      this.#instance.applyStored(stored)
      const definition = this.#decider.evolves.get(stored.type)?.definition
      if (definition === undefined) this.foreign.push(stored)
      else this.events.push(definition.decode(stored))
    }
  }
}
