import type { Decider, Deciding, Evolve } from "../../decider/decider.ts"
import { snakeCase } from "../../decider/names.ts"
import { command as defineCommand } from "../../message/command.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import type { AnyCommand, AnyEvent, Defined } from "../../message/definition.ts"
import { event as defineEvent } from "../../message/event.ts"
import type { PayloadSchema } from "../../message/payload-schema.ts"
import type { React } from "../react.ts"
import { type Registration, REGISTRATION } from "../registration.ts"
import { type ActorSpec, withCommand, withEvent, withReaction, withWildcard } from "./actor-spec.ts"
import { DECIDER } from "./actor-types.ts"
import { createInstance } from "./create-instance.ts"
import { registerActor } from "./register-actor.ts"

type Decide = Deciding["decide"]
type Key = string | Defined

/** An actor as it is at run time; `Actor` gives it its types. Each call gives a new one. */
export class BuiltActor {
  readonly name: string
  readonly [DECIDER]: Decider
  readonly #spec: ActorSpec
  #commands: Readonly<Record<string, AnyCommand>> | undefined
  #events: Readonly<Record<string, AnyEvent>> | undefined
  #registration: Registration | undefined

  constructor(spec: ActorSpec) {
    this.name = spec.decider.name
    this[DECIDER] = spec.decider
    this.#spec = spec
  }

  get commands(): Readonly<Record<string, AnyCommand>> {
    this.#commands ??= byKey(this.#spec.commandTypes, this.#spec.decider.decides)
    return this.#commands
  }

  get events(): Readonly<Record<string, AnyEvent>> {
    this.#events ??= byKey(this.#spec.decider.eventTypes, this.#spec.decider.evolves)
    return this.#events
  }

  get [REGISTRATION](): Registration {
    this.#registration ??= registerActor(this.#spec)
    return this.#registration
  }

  readonly decides = (type: string): boolean => this.#spec.decider.decides.has(type)

  readonly create = (streamId: string): object => createInstance(this.#spec, streamId)

  event(which: string | AnyEvent, ...rest: [] | [Evolve] | [PayloadSchema, Evolve]): BuiltActor {
    const [schema, evolve] = rest.length === 2 ? rest : [undefined, rest[0] ?? unchanged]
    requireFunction(this.name, "event", which, evolve)
    const definition = typeof which === "string" ? inlineEvent(this.#inlineType(which), schema) : which
    requireKind(this.name, "event", definition)
    return new BuiltActor(withEvent(this.#spec, { definition, evolve }))
  }

  command(which: string | AnyCommand, ...rest: [Decide] | [PayloadSchema, Decide]): BuiltActor {
    const [schema, decide] = rest.length === 2 ? rest : [undefined, rest[0]]
    requireFunction(this.name, "command", which, decide)
    const definition = typeof which === "string" ? inlineCommand(this.#inlineType(which), schema) : which
    requireKind(this.name, "command", definition)
    return new BuiltActor(withCommand(this.#spec, { definition, decide }))
  }

  reaction(...given: [React] | [Key | readonly Key[], React]): BuiltActor {
    if (given.length === 1) {
      requireFunction(this.name, "reaction", "every event", given[0])
      return new BuiltActor(withWildcard(this.#spec, given[0]))
    }
    const [triggers, react] = given
    const keys = isList(triggers) ? triggers : [triggers]
    if (keys.length === 0) throw new DefinitionError(`a reaction of ${this.name} names no message: name at least one`)
    let spec = this.#spec
    for (const key of keys) {
      requireFunction(this.name, "reaction", key, react)
      spec = withReaction(spec, { definition: this.#triggerOf(key), react })
    }
    return new BuiltActor(spec)
  }

  #triggerOf(key: Key): Defined {
    if (typeof key !== "string") return key
    const known = this.events[key]
    if (known !== undefined) return known
    throw new DefinitionError(
      `${this.name} has no event "${key}" to react to: declare it with .event(…) before, or give a definition`,
    )
  }

  #inlineType(name: string): string {
    if (/^[a-z][a-zA-Z0-9]*$/.test(name)) return `${this.name}.${snakeCase(name)}`
    throw new DefinitionError(
      `"${name}" can not name a message of ${this.name}: write it like addItem, and it becomes ${this.name}.add_item`,
    )
  }
}

function unchanged(): void {}

function inlineEvent(type: string, schema: PayloadSchema | undefined): AnyEvent {
  return schema === undefined ? defineEvent(type) : defineEvent(type, schema)
}

function inlineCommand(type: string, schema: PayloadSchema | undefined): AnyCommand {
  return schema === undefined ? defineCommand(type) : defineCommand(type, schema)
}

function isList(triggers: Key | readonly Key[]): triggers is readonly Key[] {
  return Array.isArray(triggers)
}

function byKey<D>(
  types: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, { readonly definition: D }>,
): Readonly<Record<string, D>> {
  const found: Record<string, D> = {}
  for (const [key, type] of types) {
    const one = known.get(type)
    if (one !== undefined) found[key] = one.definition
  }
  return Object.freeze(found)
}

function requireFunction(name: string, call: string, which: Key, fn: unknown): void {
  if (typeof fn === "function") return
  const type = typeof which === "string" ? which : which.type
  throw new DefinitionError(`.${call}(…) of ${name} for ${type} needs a function as its last argument`)
}

function requireKind(name: string, kind: "event" | "command", definition: Defined): void {
  if (definition.kind === kind) return
  throw new DefinitionError(
    `.${kind}(…) of ${name} got ${definition.type}, which is a ${definition.kind}: use .${definition.kind}(…) for it`,
  )
}
