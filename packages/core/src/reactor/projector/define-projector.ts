import type { EventMessage } from "../../decider/decider.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import type { StreamId } from "../../message/ids.ts"
import { requireGroupName } from "../require-group-name.ts"
import { BuiltProjector } from "./build-projector.ts"
import type { ProjectorSpec } from "./projector-spec.ts"
import type { LoadContext, Projector, ProjectorOptions } from "./projector.ts"

/** Begins projectors. Their names are their consumer groups'. */
export const projector = Object.freeze({ stateStored, eventSourced })

/**
 * A projector whose state is stored. Without `sync` Millrace keeps it (exactly once, on every storage; the state has to be JSON), and `load` gives
 * the state of an id that has none yet. With `sync`, `load` fetches the state from where `sync` saves it; with a `tx` token both run
 * inside the transaction that stores the group's progress.
 */
function stateStored<const Name extends string, State, Tx = undefined>(
  name: Name,
  load: (id: StreamId, context: LoadContext<Tx>) => State | Promise<State>,
  options?: ProjectorOptions<Tx>,
): Projector<Name, State, never, Tx>
function stateStored(
  name: string,
  load: (id: StreamId, context: LoadContext<unknown>) => unknown,
  options: ProjectorOptions<unknown> = {},
): object {
  return begin(name, { kind: "stored", load }, load, options)
}

/** A projector whose state is rebuilt from its stream's history. `sync` writes it wherever you want it. `partitionBy` orders the streams of a key; a state is one stream's. */
function eventSourced<const Name extends string, State, Tx = undefined>(
  name: Name,
  initial: (id: StreamId, first?: EventMessage) => State,
  options?: ProjectorOptions<Tx>,
): Projector<Name, State, never, Tx>
function eventSourced(
  name: string,
  initial: (id: StreamId, first?: EventMessage) => unknown,
  options: ProjectorOptions<unknown> = {},
): object {
  return begin(name, { kind: "history", initial }, initial, options)
}

function begin(
  name: string,
  source: ProjectorSpec["source"],
  state: unknown,
  options: ProjectorSpec["options"],
): object {
  requireGroupName("projector", name)
  if (typeof state !== "function") {
    throw new DefinitionError(`projector "${name}" needs a function that gives the state of an id`)
  }
  const none = new Map<string, never>()
  return new BuiltProjector({
    name,
    source,
    evolves: none,
    reactions: none,
    wildcard: undefined,
    sync: undefined,
    afterCommit: undefined,
    options,
  })
}
