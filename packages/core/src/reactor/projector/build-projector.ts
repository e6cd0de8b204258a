import { DefinitionError } from "../../message/definition-error.ts"
import type { AnyEvent, Defined } from "../../message/definition.ts"
import type { React } from "../react.ts"
import { type Registration, REGISTRATION } from "../registration.ts"
import type { Projecting, ProjectorSpec } from "./projector-spec.ts"
import { type ProjectionFacts, PROJECTION } from "./projector-types.ts"
import { registerProjector } from "./register-projector.ts"

/** A projector as it is at run time; `Projector` gives it its types. Each call gives a new one. */
export class BuiltProjector {
  readonly name: string
  readonly [PROJECTION]: ProjectionFacts
  readonly #spec: ProjectorSpec
  #registration: Registration | undefined

  constructor(spec: ProjectorSpec) {
    this.name = spec.name
    this[PROJECTION] = {
      collection: `projection:${spec.name}`,
      kept: spec.source.kind === "stored" && spec.sync === undefined,
    }
    this.#spec = spec
  }

  get [REGISTRATION](): Registration {
    this.#registration ??= registerProjector(this.#spec, this[PROJECTION])
    return this.#registration
  }

  event(definitions: AnyEvent | readonly AnyEvent[], evolve: Projecting["evolve"] = unchanged): BuiltProjector {
    const evolves = new Map(this.#spec.evolves)
    this.#requireFunction("event", evolve)
    for (const definition of this.#list("event", definitions)) {
      const { type, kind } = definition
      if (this.#spec.wildcard !== undefined) {
        throw new DefinitionError(
          `declare ${type} on ${this.name} before the wildcard reaction, which would not know it`,
        )
      }
      if (kind !== "event")
        throw new DefinitionError(
          `.event(…) of ${this.name} got ${type}, which is a ${String(kind)}: react to it instead`,
        )
      if (evolves.has(type)) throw new DefinitionError(`${this.name} declares ${type} twice: keep one`)
      evolves.set(type, { definition, evolve })
    }
    return new BuiltProjector({ ...this.#spec, evolves })
  }

  sync(sync: NonNullable<ProjectorSpec["sync"]>): BuiltProjector {
    this.#requireFunction("sync", sync)
    if (this.#spec.sync !== undefined) throw new DefinitionError(`${this.name} has two sync blocks: keep one`)
    return new BuiltProjector({ ...this.#spec, sync })
  }

  afterCommit(afterCommit: NonNullable<ProjectorSpec["afterCommit"]>): BuiltProjector {
    this.#requireFunction("afterCommit", afterCommit)
    if (this.#spec.afterCommit !== undefined)
      throw new DefinitionError(`${this.name} has two afterCommit hooks: keep one`)
    return new BuiltProjector({ ...this.#spec, afterCommit })
  }

  reaction(...given: [React] | [Defined | readonly Defined[], React]): BuiltProjector {
    if (given.length === 1) {
      this.#requireFunction("reaction", given[0])
      if (this.#spec.wildcard !== undefined)
        throw new DefinitionError(`${this.name} has two wildcard reactions: keep one`)
      return new BuiltProjector({ ...this.#spec, wildcard: given[0] })
    }
    const [definitions, react] = given
    this.#requireFunction("reaction", react)
    const reactions = new Map(this.#spec.reactions)
    for (const definition of this.#list("reaction", definitions)) {
      if (reactions.has(definition.type)) {
        throw new DefinitionError(`${this.name} has two reactions to ${definition.type}: put both into one`)
      }
      reactions.set(definition.type, { definition, react })
    }
    return new BuiltProjector({ ...this.#spec, reactions })
  }

  #list<D extends Defined>(call: string, definitions: D | readonly D[]): readonly D[] {
    const list = isList(definitions) ? definitions : [definitions]
    if (list.length > 0) return list
    throw new DefinitionError(`.${call}(…) of ${this.name} names no message: name at least one`)
  }

  #requireFunction(call: string, fn: unknown): void {
    if (typeof fn !== "function")
      throw new DefinitionError(`.${call}(…) of ${this.name} needs a function as its last argument`)
  }
}

function unchanged(): void {}

function isList<D extends Defined>(definitions: D | readonly D[]): definitions is readonly D[] {
  return Array.isArray(definitions)
}
