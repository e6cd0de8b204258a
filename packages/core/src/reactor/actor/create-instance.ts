import type { CommandMessage, EventMessage } from "../../decider/decider.ts"
import type { EmittedEvent } from "../../decider/emitted-event.ts"
import { Instance } from "../../decider/instance.ts"
import type { AnyCommand, InvalidMessage } from "../../message/definition.ts"
import { requireStreamId } from "../../message/draft.ts"
import type { StreamId, Version } from "../../message/ids.ts"
import { InvalidPayload } from "../../message/invalid-payload.ts"
import type { Message } from "../../message/message.ts"
import type { ActorSpec } from "./actor-spec.ts"

/** An actor in memory, with a method per command. */
export function createInstance(spec: ActorSpec, streamId: string): object {
  const memory = new InMemory(new Instance(spec.decider, requireStreamId(spec.decider.name, streamId)))
  for (const [key, type] of spec.commandTypes) {
    const definition = spec.decider.decides.get(type)?.definition
    if (definition === undefined) continue
    Object.defineProperty(memory, key, { value: (payload?: unknown) => decideHere(memory, definition, payload) })
  }
  return Object.freeze(memory)
}

class InMemory {
  readonly #instance: Instance

  constructor(instance: Instance) {
    this.#instance = instance
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

  decide(command: CommandMessage): readonly EmittedEvent[] {
    return this.#instance.decide(command)
  }

  evolve(events: readonly (EventMessage & { readonly version?: Version })[]): this {
    for (const event of events) this.#instance.apply(event)
    return this
  }
}

function decideHere(
  instance: InMemory,
  definition: AnyCommand,
  payload: unknown,
): readonly [Message<string, unknown> | InvalidMessage, readonly EmittedEvent[]] {
  const command = built(definition, instance.id, payload)
  return "errors" in command ? [command, []] : [command, instance.decide(command)]
}

function built(
  definition: AnyCommand,
  streamId: StreamId,
  payload: unknown,
): CommandMessage | InvalidMessage<string, "command"> {
  try {
    return definition.build(streamId, payload)
  } catch (error) {
    if (!(error instanceof InvalidPayload)) throw error
    return Object.freeze({ kind: "command", type: definition.type, streamId, payload, errors: error.errors })
  }
}
