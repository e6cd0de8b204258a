import type { EventMessage } from "../../decider/decider.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import type { StreamId } from "../../message/ids.ts"
import type { PayloadSchema } from "../../message/payload-schema.ts"
import { requireGroupName } from "../require-group-name.ts"
import type { ActorOptions } from "./actor-spec.ts"
import type { Actor } from "./actor.ts"
import { BuiltActor } from "./build-actor.ts"
import { type SnapshotOptions, snapshotRules } from "./snapshot-options.ts"

/**
 * Begins an actor: its name is its consumer group's, and stands before the types of its inline messages. The factory gives the state of a stream
 * without events; one with a second parameter also gets the stream's first event, once there is one.
 * Annotate what it returns where inference is too narrow: `(id): CartState => ({ … })`. With `snapshot` its states are kept beside long streams.
 */
export function actor<const Name extends string, State, S extends PayloadSchema = PayloadSchema>(
  name: Name,
  factory: (streamId: StreamId, first?: EventMessage) => State,
  options?: ActorOptions & { readonly snapshot?: SnapshotOptions<NoInfer<State>, S> },
): Actor<Name, State, never, never>
export function actor(
  name: string,
  factory: (streamId: StreamId, first?: EventMessage) => unknown,
  {
    snapshot,
    ...options
  }: ActorOptions & { readonly snapshot?: { readonly version: number; readonly schema: PayloadSchema } } = {},
): object {
  requireGroupName("actor", name)
  if (typeof factory !== "function") {
    throw new DefinitionError(`actor("${name}", …) needs a function that gives the state of a stream without events`)
  }
  const none = new Map<string, never>()
  return new BuiltActor({
    decider: {
      name,
      initial: factory,
      evolves: none,
      eventTypes: none,
      decides: none,
      ...(snapshot === undefined ? {} : { snapshot: snapshotRules(name, snapshot) }),
    },
    reactions: none,
    wildcard: undefined,
    commandTypes: none,
    options,
  })
}
