import { DefinitionError } from "../message/definition-error.ts"
import type { AnyEvent } from "../message/definition.ts"
import type { StreamId, Version } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import type { CommandMessage, Decider, Deciding, EventMessage } from "./decider.ts"
import { type EmittedEvent, emittedEvent } from "./emitted-event.ts"
import { ForeignStream, StaleVersion, UnhandledCommand } from "./errors.ts"
import { evolveState } from "./evolve-state.ts"
import { requireSync } from "./require-sync.ts"

/** Where an instance begins, when not at the beginning of its stream. */
export interface Reached {
  readonly version: Version
  readonly state: unknown
}

/** One stream of a decider: its state at a version. Pure: it reads nothing and stores nothing. */
export class Instance {
  readonly id: StreamId
  readonly #decider: Decider
  #version: Version
  #state: unknown
  #begun: boolean

  constructor(decider: Decider, id: StreamId, reached?: Reached) {
    this.#decider = decider
    this.id = id
    this.#version = reached?.version ?? 0
    this.#state = reached?.state
    this.#begun = reached !== undefined
  }

  /** The state after the events applied so far. */
  get state(): unknown {
    if (!this.#begun) this.#begin()
    return this.#state
  }

  get version(): Version {
    return this.#version
  }

  /** Applies the next event. Throws `ForeignStream`, `StaleVersion`, and what the evolve function throws. */
  apply(event: EventMessage & { readonly version?: Version }): void {
    if (event.streamId !== this.id) throw new ForeignStream(event.type, event.streamId, this.id)
    const next = this.#version + 1
    if (event.version !== undefined && event.version !== next) throw new StaleVersion(this.id, next, event.version)
    const evolving = this.#decider.evolves.get(event.type)
    if (!this.#begun || (this.#version === 0 && this.#decider.initial.length > 1)) this.#begin(event)
    if (evolving !== undefined) this.#state = evolveState(evolving, this.#state, event)
    this.#version = next
  }

  /** Applies an event as the log holds it. One that nobody defined for this decider is not decoded; it counts all the same. */
  applyStored(stored: StoredMessage): void {
    if (!isEvent(stored)) return
    const definition = this.#decider.evolves.get(stored.type)?.definition
    this.apply(definition === undefined ? stored : definition.decode(stored))
  }

  /** Decides a command: evolves by each event as it is emitted, and gives them all. What the decide function throws goes through. */
  decide(command: CommandMessage): readonly EmittedEvent[] {
    const deciding = this.#decider.decides.get(command.type)
    if (deciding === undefined) throw new UnhandledCommand(command.type, this.#decider.name)
    if (command.streamId !== this.id) throw new ForeignStream(command.type, command.streamId, this.id)
    return this.#run(deciding, command)
  }

  #run(deciding: Deciding, command: CommandMessage): readonly EmittedEvent[] {
    const events: EmittedEvent[] = []
    let open = true
    const event = (which: AnyEvent | string, payload?: unknown): unknown => {
      if (!open) {
        throw new DefinitionError(
          `event(…) was called after the decision on ${command.type} had ended: decide must not be async`,
        )
      }
      const emitted = this.#emit(command, which, payload)
      events.push(emitted)
      return this.#state
    }
    try {
      requireSync(deciding.decide(this.state, command, { event }), `the decide function of ${command.type}`)
    } finally {
      open = false
    }
    return events
  }

  #emit(command: CommandMessage, which: AnyEvent | string, payload: unknown): EmittedEvent {
    const definition = definitionOf(this.#decider, which)
    const emitted = emittedEvent(command, definition.build(this.id, payload), this.#version + 1)
    this.apply(emitted)
    return emitted
  }

  #begin(first?: EventMessage): void {
    this.#state = first === undefined ? this.#decider.initial(this.id) : this.#decider.initial(this.id, first)
    requireSync(this.#state, `the state factory of ${this.#decider.name}`)
    this.#begun = true
  }
}

function isEvent(stored: StoredMessage): stored is StoredMessage & EventMessage {
  return stored.kind === "event"
}

function definitionOf(decider: Decider, which: AnyEvent | string): AnyEvent {
  const type = typeof which === "string" ? decider.eventTypes.get(which) : which.type
  const known = type === undefined ? undefined : decider.evolves.get(type)
  if (known !== undefined) return known.definition
  const name = typeof which === "string" ? `"${which}"` : which.type
  throw new DefinitionError(`declare ${name} on ${decider.name} with .event(…) before the command that emits it`)
}
