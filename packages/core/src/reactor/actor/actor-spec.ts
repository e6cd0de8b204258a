import type { Decider, Deciding, Evolving } from "../../decider/decider.ts"
import { camelCase, keyOf, ownKeyOf } from "../../decider/names.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import type { Defined } from "../../message/definition.ts"
import type { ErrorStrategy } from "../error-strategy.ts"
import type { React } from "../react.ts"
import type { StartFrom } from "../start-from.ts"

/** What may be set for an actor's consumer group, which has the actor's name. */
export interface ActorOptions {
  /** What happens to a message whose handling failed. Default: the app's. */
  readonly errorStrategy?: ErrorStrategy
  /** Where the group begins when it is created. Default: at the beginning of the log. */
  readonly startFrom?: StartFrom
}

/** An actor as it was built so far. */
export interface ActorSpec {
  readonly decider: Decider
  readonly reactions: ReadonlyMap<string, Reacting>
  readonly wildcard: React | undefined
  /** The type of each command by its key. */
  readonly commandTypes: ReadonlyMap<string, string>
  readonly options: ActorOptions
}

/** A definition and how the actor reacts to its messages. */
export interface Reacting {
  readonly definition: Defined
  readonly react: React
}

/** What an instance has already, and a command method can not be called. */
const RESERVED = new Set(["id", "state", "version", "decide", "evolve", "constructor", "then", "toString", "valueOf"])

/** The actor with one more event. */
export function withEvent(spec: ActorSpec, evolving: Evolving): ActorSpec {
  const { decider } = spec
  const { type } = evolving.definition
  if (spec.wildcard !== undefined) {
    throw new DefinitionError(
      `declare ${type} on ${decider.name} before the wildcard reaction, which would not know it`,
    )
  }
  if (decider.evolves.has(type)) throw new DefinitionError(`${decider.name} declares the event ${type} twice: keep one`)
  const key = ownKeyOf(decider.name, type)
  if (key !== undefined) refuseAlike(decider.name, "event", key, type, decider.eventTypes)
  return {
    ...spec,
    decider: {
      ...decider,
      evolves: new Map(decider.evolves).set(type, evolving),
      eventTypes: key === undefined ? decider.eventTypes : new Map(decider.eventTypes).set(key, type),
    },
  }
}

/** The actor with one more command. */
export function withCommand(spec: ActorSpec, deciding: Deciding): ActorSpec {
  const { decider } = spec
  const { type } = deciding.definition
  if (decider.decides.has(type)) throw new DefinitionError(`${decider.name} decides ${type} twice: keep one`)
  if (spec.reactions.has(type)) throw refuseBoth(decider.name, type)
  const key = keyOf(type)
  if (RESERVED.has(key)) {
    throw new DefinitionError(
      `${type} can not be a command of ${decider.name}: its method ${key} would hide what every instance has; choose another name`,
    )
  }
  refuseAlike(decider.name, "command", key, type, spec.commandTypes)
  return {
    ...spec,
    decider: { ...decider, decides: new Map(decider.decides).set(type, deciding) },
    commandTypes: new Map(spec.commandTypes).set(key, type),
  }
}

/** The actor with one more reaction. */
export function withReaction(spec: ActorSpec, reacting: Reacting): ActorSpec {
  const { name, decides } = spec.decider
  const { type } = reacting.definition
  if (decides.has(type)) throw refuseBoth(name, type)
  if (spec.reactions.has(type)) {
    throw new DefinitionError(`${name} has two reactions to ${type}: put both into one, so that their order is plain`)
  }
  return { ...spec, reactions: new Map(spec.reactions).set(type, reacting) }
}

/** The actor with its wildcard reaction. */
export function withWildcard(spec: ActorSpec, react: React): ActorSpec {
  if (spec.wildcard !== undefined)
    throw new DefinitionError(`${spec.decider.name} has two wildcard reactions: keep one`)
  return { ...spec, wildcard: react }
}

function refuseBoth(name: string, type: string): DefinitionError {
  return new DefinitionError(
    `${name} both decides ${type} and reacts to it: an actor does one of the two. React to the event that the command leads to instead`,
  )
}

/** Two names that differ in nothing but case and dashes are one name to a reader. */
function refuseAlike(
  name: string,
  what: "event" | "command",
  key: string,
  type: string,
  known: ReadonlyMap<string, string>,
): void {
  for (const [otherKey, otherType] of known) {
    if (plain(otherKey) !== plain(key)) continue
    throw new DefinitionError(
      `${name} has two ${what}s that read alike, ${otherType} and ${type}: both would be ${name}'s ${key}; rename one`,
    )
  }
}

function plain(key: string): string {
  return camelCase(key).toLowerCase()
}
