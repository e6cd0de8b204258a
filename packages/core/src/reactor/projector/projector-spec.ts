import type { EventMessage } from "../../decider/decider.ts"
import type { AnyEvent, Defined } from "../../message/definition.ts"
import type { StreamId } from "../../message/ids.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { React } from "../react.ts"
import type { AfterCommitFunction, ProjectorOptions, SyncFunction } from "./projector.ts"

/** A message as projectors get it. */
export type Projected = StoredMessage<string, unknown>

/** A definition and how its events change the state. */
export interface Projecting {
  readonly definition: AnyEvent
  evolve(state: unknown, message: Projected): unknown
}

/** A projector as it was built so far. */
export interface ProjectorSpec {
  readonly name: string
  /** Where a state comes from before new messages: from storage, or from the stream's history. */
  readonly source:
    | { readonly kind: "stored"; readonly load: (id: StreamId, context: { readonly tx: unknown }) => unknown }
    | { readonly kind: "history"; readonly initial: (id: StreamId, first?: EventMessage) => unknown }
  readonly evolves: ReadonlyMap<string, Projecting>
  readonly reactions: ReadonlyMap<string, { readonly definition: Defined; readonly react: React }>
  readonly wildcard: React | undefined
  readonly sync: SyncFunction<unknown, Projected, unknown> | undefined
  readonly afterCommit: AfterCommitFunction<unknown, Projected> | undefined
  readonly options: ProjectorOptions<unknown>
}

/** The definition of a type that the projector wants. */
export function definitionIn(spec: ProjectorSpec, type: string): Defined | undefined {
  return (spec.evolves.get(type) ?? spec.reactions.get(type))?.definition
}

/** How the projector reacts to a type. */
export function reactionIn(spec: ProjectorSpec, type: string): React | undefined {
  const own = spec.reactions.get(type)
  if (own !== undefined) return own.react
  return spec.evolves.has(type) ? spec.wildcard : undefined
}
