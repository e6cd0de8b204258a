import { DefinitionError } from "../../message/definition-error.ts"
import type { StoredMessage } from "../../message/message.ts"
import { keyFunction } from "../partition-by.ts"
import type { Access, Registration } from "../registration.ts"
import { startPointOf } from "../start-from.ts"
import { handleProjector, type Projection } from "./handle-projector.ts"
import type { HeldState } from "./held-state.ts"
import { HistoryState } from "./history-state.ts"
import { KeptState } from "./kept-state.ts"
import { LoadedState } from "./loaded-state.ts"
import type { ProjectorSpec } from "./projector-spec.ts"
import type { ProjectionFacts } from "./projector-types.ts"
import { SettledState } from "./settled-state.ts"

/** A projector as the runtime sees it. */
export function registerProjector(spec: ProjectorSpec, facts: ProjectionFacts): Registration {
  requireWhole(spec)
  const { name, source, options, evolves, reactions } = spec
  const { partitionBy, order = "stream", startFrom, errorStrategy, tx } = options
  const keyOf = partitionBy === undefined ? undefined : keyFunction(name, partitionBy)
  const idOf = source.kind === "history" || keyOf === undefined ? streamOf : keyOf
  const projection = (access: Access): Projection => ({
    spec,
    idOf: ({ message }) => idOf(message),
    mixes: facts.kept && spec.afterCommit === undefined,
    repeats: source.kind === "history" || tx !== undefined,
    hold: (id, fresh) => hold(spec, facts, { id, fresh, access }),
  })
  return {
    group: name,
    types: [...new Set([...evolves.keys(), ...reactions.keys()])],
    order: keyOf !== undefined && order === "stream" ? "key" : order,
    ...(keyOf === undefined || order === "log" ? {} : { keyOf }),
    startFrom: startPointOf(startFrom),
    ...(errorStrategy === undefined ? {} : { errorStrategy }),
    needsTx: tx !== undefined,
    ...(tx === undefined ? {} : { txStorage: tx.storage }),
    decides: [],
    handle: (batch, access) => handleProjector(projection(access), batch, access),
  }
}

function streamOf(message: StoredMessage): string {
  return message.streamId
}

function hold(
  spec: ProjectorSpec,
  { kept, collection }: ProjectionFacts,
  { id, fresh, access }: { readonly id: string; readonly fresh: boolean; readonly access: Access },
): HeldState {
  if (spec.source.kind === "history") return new HistoryState(spec, id, access, fresh)
  if (kept) return new KeptState(spec, id, collection, access)
  return spec.options.tx === undefined ? new LoadedState(spec, id) : new SettledState(spec, id)
}

/** Refuses combinations that could not work. */
function requireWhole({ name, source, sync, options, evolves, reactions, wildcard }: ProjectorSpec): void {
  if (evolves.size === 0 && reactions.size === 0) {
    throw new DefinitionError(`${name} projects nothing: declare what it follows with .event(…)`)
  }
  if (options.tx === undefined) return
  if (sync === undefined)
    throw new DefinitionError(`${name} asks for tx and has no .sync(…) that would use it: add one, or leave tx out`)
  if (source.kind === "stored" && (reactions.size > 0 || wildcard !== undefined)) {
    throw new DefinitionError(
      `${name} loads its state inside the transaction, and what its reactions produce has to be known before: let it be projector.eventSourced(…), let Millrace keep its state, or react in a handler`,
    )
  }
}
