import * as Schema from "effect/Schema"

import type { LoggedMessage, StoredGroup, StoredLane, StoredPartition } from "../evidence.ts"

/** What the two storages that speak SQL answer alike. */
export const Messages = Schema.Array(
  Schema.Struct({
    position: Schema.Int,
    id: Schema.String,
    kind: Schema.Int,
    type: Schema.String,
    streamId: Schema.String,
    version: Schema.Int,
    causationId: Schema.String,
    recordedAt: Schema.Number,
    partition: Schema.Int,
    payload: Schema.fromJsonString(Schema.Unknown),
  }),
)
export const Documents = Schema.Array(
  Schema.Struct({ collection: Schema.String, id: Schema.String, value: Schema.fromJsonString(Schema.Unknown) }),
)
export const Groups = Schema.Array(
  Schema.Struct({
    id: Schema.Int,
    name: Schema.String,
    order: Schema.Literals(["stream", "key", "log"]),
    active: Schema.Int,
    stopped: Schema.NullOr(Schema.String),
    start: Schema.Int,
  }),
)
export const Types = Schema.Array(Schema.Struct({ grp: Schema.Int, type: Schema.String, since: Schema.Int }))
export const Partitions = Schema.Array(
  Schema.Struct({
    grp: Schema.Int,
    partition: Schema.Int,
    checkpoint: Schema.Int,
    holder: Schema.NullOr(Schema.String),
  }),
)
export const Lanes = Schema.Array(
  Schema.Struct({
    grp: Schema.Int,
    key: Schema.String,
    partition: Schema.Int,
    next: Schema.Int,
    parked: Schema.Int,
    holder: Schema.NullOr(Schema.String),
    error: Schema.NullOr(Schema.String),
  }),
)

/** Kinds of message: a command waits to be decided, or was decided when it was stored. */
const EVENT = 1

export function messagesOf(rows: typeof Messages.Type): readonly LoggedMessage[] {
  return rows.map(({ kind, version, ...row }) => ({
    ...row,
    kind: kind === EVENT ? "event" : "command",
    version: kind === EVENT ? version : undefined,
  }))
}

/** Documents of projections, by group and stream; what is no projection is left out. */
export function projectionsOf(rows: typeof Documents.Type): ReadonlyMap<string, ReadonlyMap<string, unknown>> {
  const projections = new Map<string, Map<string, unknown>>()
  for (const { collection, id, value } of rows) {
    const [, name] = /^projection:(.*)$/.exec(collection) ?? []
    if (name === undefined) continue
    const states = projections.get(name) ?? new Map<string, unknown>()
    projections.set(name, states.set(id, stateIn(value)))
  }
  return projections
}

/** A projection is stored with what it was made of; its state is a part of that. */
export function stateIn(value: unknown): unknown {
  return typeof value === "object" && value !== null && "state" in value ? value.state : undefined
}

export function groupsOf(rows: {
  readonly groups: typeof Groups.Type
  readonly types: typeof Types.Type
  readonly partitions: typeof Partitions.Type
  readonly lanes: typeof Lanes.Type
}): readonly StoredGroup[] {
  const own = <T extends { readonly grp: number }>(all: readonly T[], id: number) => all.filter(({ grp }) => grp === id)
  return rows.groups.map(({ id, name, order, active, stopped, start }) => ({
    name,
    order,
    start,
    active: active === 1,
    stopped: stopped ?? undefined,
    types: new Map(own(rows.types, id).map(({ type, since }) => [type, since])),
    partitions: own(rows.partitions, id).map(({ partition, checkpoint, holder }): StoredPartition => ({
      partition,
      checkpoint,
      holder: holder ?? undefined,
    })),
    lanes: own(rows.lanes, id).map(({ key, partition, next, parked, holder, error }): StoredLane => ({
      key,
      partition,
      next,
      parked: parked === 1,
      holder: holder ?? undefined,
      error: error ?? undefined,
    })),
  }))
}
