import { DefinitionError } from "../../message/definition-error.ts"
import type { Defined } from "../../message/definition.ts"
import type { StoredMessage } from "../../message/message.ts"
import { keyFunction } from "../partition-by.ts"
import { type Registration, REGISTRATION } from "../registration.ts"
import { requireGroupName } from "../require-group-name.ts"
import { startPointOf } from "../start-from.ts"
import { handleMessages } from "./handle-messages.ts"
import type { Handler, HandlerContext, HandlerOptions, HandlerResult } from "./handler.ts"

/** Begins a handler: its name is its consumer group's. */
export function handler<const Name extends string>(name: Name, options?: HandlerOptions): Handler<Name>
export function handler(name: string, options: HandlerOptions = {}): object {
  requireGroupName("handler", name)
  if (options.order === "log" && options.partitionBy !== undefined) {
    throw new DefinitionError(
      `${name} has both order: "log" and partitionBy: in total order one message is handled at a time whatever its key`,
    )
  }
  return new BuiltHandler(name, options, new Map())
}

/** A handler's function as it is run. */
export type Handle = (
  message: StoredMessage<string, unknown>,
  context: HandlerContext,
) => HandlerResult | Promise<HandlerResult>

/** A definition and its function. */
export interface Handling {
  readonly definition: Defined
  readonly handle: Handle
}

class BuiltHandler {
  readonly name: string
  readonly #options: HandlerOptions
  readonly #handles: ReadonlyMap<string, Handling>

  constructor(name: string, options: HandlerOptions, handles: ReadonlyMap<string, Handling>) {
    this.name = name
    this.#options = options
    this.#handles = handles
  }

  on(...given: readonly (Defined | Handle)[]): BuiltHandler {
    const handle = given.at(-1)
    const definitions = given.slice(0, -1)
    if (!isHandle(handle) || definitions.length === 0) {
      throw new DefinitionError(
        `.on(…) of ${this.name} needs at least one message definition, and a function as its last argument`,
      )
    }
    const handles = new Map(this.#handles)
    for (const definition of definitions) {
      if (isHandle(definition)) {
        throw new DefinitionError(
          `.on(…) of ${this.name} got a function before the last argument: give definitions, then one function`,
        )
      }
      if (handles.has(definition.type)) {
        throw new DefinitionError(`${this.name} handles ${definition.type} twice: put both into one function`)
      }
      handles.set(definition.type, { definition, handle })
    }
    return new BuiltHandler(this.name, this.#options, handles)
  }

  get [REGISTRATION](): Registration {
    const { partitionBy, order = "stream", startFrom, errorStrategy, history = false } = this.#options
    return {
      group: this.name,
      types: [...this.#handles.keys()],
      order: partitionBy === undefined ? order : "key",
      ...(partitionBy === undefined ? {} : { keyOf: keyFunction(this.name, partitionBy) }),
      startFrom: startPointOf(startFrom),
      ...(errorStrategy === undefined ? {} : { errorStrategy }),
      needsTx: false,
      stateless: !history,
      decides: [],
      handle: (batch, access) => handleMessages({ name: this.name, handles: this.#handles, history }, batch, access),
    }
  }
}

/** Definitions are functions too: they carry a type. */
function isHandle(given: Defined | Handle | undefined): given is Handle {
  return typeof given === "function" && !("type" in given)
}
