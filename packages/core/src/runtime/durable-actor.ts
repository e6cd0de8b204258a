import type { CommandMessage, Decider } from "../decider/decider.ts"
import type { EmittedEvent } from "../decider/emitted-event.ts"
import { Instance } from "../decider/instance.ts"
import { keyOf, type KeyOf } from "../decider/names.ts"
import type { AnyCommand, AnyEvent, InvalidMessage, PayloadArguments, PayloadIn } from "../message/definition.ts"
import { encodeMessage } from "../message/encode.ts"
import type { StreamId, Version } from "../message/ids.ts"
import { InvalidPayload } from "../message/invalid-payload.ts"
import type { CommandResult } from "../reactor/actor/actor-instance.ts"
import { type AnyActor, type CommandsOf, DECIDER, type EventsOf, type StateOf } from "../reactor/actor/actor-types.ts"
import { isDue } from "../reactor/snapshots.ts"
import { CalledInsideSettle, VersionConflict } from "../store/errors.ts"
import { submit } from "../store/store.ts"
import { type ExecuteParts, loadInstance } from "./execute.ts"

/**
 * A decision was made and could not be stored. The instance is as it was before.
 * @remedy Its cause says why. After a version conflict load the actor again and decide again.
 */
export class FailedToAppendMessages extends Error {
  override readonly name = "FailedToAppendMessages"
  readonly code = "failed-to-append"

  constructor(streamId: StreamId, type: string, cause: unknown) {
    super(
      `what ${streamId} decided on ${type} could not be stored: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
  }
}

/** An actor whose command methods store what they decide, expecting the version it was loaded at. */
export type DurableActor<A extends AnyActor> = {
  readonly id: StreamId
  readonly state: StateOf<A>
  readonly version: Version
} & DurableMethods<CommandsOf<A>, EventsOf<A>>

type DurableMethods<Commands extends AnyCommand, Events extends AnyEvent> = {
  /** Decides and stores. Throws `VersionConflict` when others were faster (load it again), `FailedToAppendMessages` for any other reason not to be stored. */
  readonly [D in Commands as KeyOf<D["type"]>]: (
    ...payload: PayloadArguments<PayloadIn<D>>
  ) => Promise<CommandResult<D, Events>>
}

/** Loads an actor to call its commands as methods. */
export function durableActor<A extends AnyActor>(
  parts: ExecuteParts,
  actor: A,
  streamId: StreamId,
): Promise<DurableActor<A>>
export async function durableActor(parts: ExecuteParts, actor: AnyActor, streamId: StreamId): Promise<object> {
  const decider = actor[DECIDER]
  const durable = new Durable(parts, decider, streamId, await loadInstance(parts, decider, streamId, undefined))
  for (const [type, { definition }] of decider.decides) {
    Object.defineProperty(durable, keyOf(type), { value: (payload?: unknown) => durable.call(definition, payload) })
  }
  return durable
}

class Durable {
  readonly id: StreamId
  readonly #parts: ExecuteParts
  readonly #decider: Decider
  #instance: Instance

  constructor(parts: ExecuteParts, decider: Decider, id: StreamId, instance: Instance) {
    this.id = id
    this.#parts = parts
    this.#decider = decider
    this.#instance = instance
  }

  get state(): unknown {
    return this.#instance.state
  }

  get version(): Version {
    return this.#instance.version
  }

  async call(
    definition: AnyCommand,
    payload: unknown,
  ): Promise<readonly [CommandMessage | InvalidMessage<string, "command">, readonly EmittedEvent[]]> {
    let command: CommandMessage
    try {
      command = definition.build(this.id, payload)
    } catch (error) {
      if (!(error instanceof InvalidPayload)) throw error
      return [
        Object.freeze({ kind: "command", type: definition.type, streamId: this.id, payload, errors: error.errors }),
        [],
      ]
    }
    const expected = this.version
    try {
      const events = this.#instance.decide(command)
      await this.#store(command, events, expected)
      if (isDue(this.#decider, expected, this.version))
        this.#parts.snapshots.passed(this.#decider, this.id, this.version)
      return [command, events]
    } catch (error) {
      this.#instance = await this.#asBefore(expected)
      throw error
    }
  }

  async #store(command: CommandMessage, events: readonly EmittedEvent[], expected: Version): Promise<void> {
    const messages = [
      { ...encodeMessage(command), decided: true as const },
      ...events.map((event) => encodeMessage(event)),
    ]
    try {
      await submit(this.#parts, command.type, { streams: [{ streamId: this.id, expected, messages }] })
    } catch (error) {
      if (error instanceof VersionConflict || error instanceof CalledInsideSettle) throw error
      throw new FailedToAppendMessages(this.id, command.type, error)
    }
  }

  /** The events of a decision that was not stored are taken back by reading those that are. */
  async #asBefore(version: Version): Promise<Instance> {
    if (version === 0) return new Instance(this.#decider, this.id)
    return loadInstance(this.#parts, this.#decider, this.id, undefined, version)
  }
}
