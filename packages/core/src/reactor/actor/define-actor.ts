import type { EventMessage } from "../../decider/decider.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import type { StreamId } from "../../message/ids.ts"
import { requireGroupName } from "../require-group-name.ts"
import type { ActorOptions } from "./actor-spec.ts"
import type { Actor } from "./actor.ts"
import { BuiltActor } from "./build-actor.ts"

/**
 * Begins an actor: its name is its consumer group's, and stands before the types of its inline messages. The factory gives the state of a stream
 * without events; one with a second parameter also gets the stream's first event, once there is one.
 * Annotate what it returns where inference is too narrow: `(id): CartState => ({ … })`.
 */
export function actor<const Name extends string, State>(
  name: Name,
  factory: (streamId: StreamId, first?: EventMessage) => State,
  options?: ActorOptions,
): Actor<Name, State, never, never>
export function actor(
  name: string,
  factory: (streamId: StreamId, first?: EventMessage) => unknown,
  options: ActorOptions = {},
): object {
  requireGroupName("actor", name)
  if (typeof factory !== "function") {
    throw new DefinitionError(`actor("${name}", …) needs a function that gives the state of a stream without events`)
  }
  const none = new Map<string, never>()
  return new BuiltActor({
    decider: { name, initial: factory, evolves: none, eventTypes: none, decides: none },
    reactions: none,
    wildcard: undefined,
    commandTypes: none,
    options,
  })
}
