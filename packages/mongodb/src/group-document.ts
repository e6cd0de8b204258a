import type {
  GroupOrder,
  Instant,
  LaneState,
  LeaseState,
  PartVerdict,
  Position,
  ReplayState,
  Settlement,
  SkipInfo,
  StopReason,
  StoredMessage,
} from "@millrace/core/backend"

import type { GroupState, Lane, PartitionState, Repeat } from "./group-state.ts"
import { storedJson } from "./stored-message.ts"

/** The head of a group's document: all but its partitions. */
export interface GroupHead {
  readonly name: string
  readonly floor: Position
  readonly thinned?: number
  readonly way?: Instant
  readonly stopped: (StopReason & { readonly at: Instant }) | null
  readonly maxLanes: number
  readonly types: readonly { readonly type: string; readonly since: Position; readonly wantedAt: Instant }[]
  readonly heardAt: Instant
  readonly reemit: boolean
  readonly epoch: number
  readonly dropped: number
  readonly skips: readonly SkipInfo[]
  readonly skipped: number
  readonly marks: readonly Position[]
  readonly tokens: number
}

/** A group as it is stored. `by` names the last write, so that an unknown outcome can be looked up. */
export interface GroupDocument extends GroupHead {
  readonly _id: string
  readonly rev: number
  readonly by: string
  readonly order: GroupOrder
  readonly start: Position
  readonly partitions: readonly PartitionDocument[]
}

export interface PartitionDocument {
  readonly checkpoint: Position
  readonly replay: ReplayState
  readonly rows: readonly { readonly key: string; readonly replay: ReplayState }[]
  readonly token: number | null
  readonly lease: LeaseState
  readonly leaseMs: number
  readonly hold: NonNullable<Settlement["hold"]> | null
  readonly lanes: readonly LaneDocument[]
  /** Each the text of a lease and what its settle answered; small, for the most part only a count. */
  readonly repeats: readonly string[]
}

export interface LaneDocument {
  readonly key: string
  readonly single: boolean
  readonly replay: ReplayState
  readonly at: LaneState
  readonly token: number | null
  readonly lease: LeaseState
  readonly kept?: string
}

export function headOf(group: GroupState): GroupHead {
  return {
    name: group.name,
    floor: group.floor,
    thinned: group.thinned,
    way: group.way,
    stopped: group.stopped,
    maxLanes: group.maxLanes,
    types: [...group.types].map(([type, { since, wantedAt }]) => ({ type, since, wantedAt })),
    heardAt: group.heardAt,
    reemit: group.reemit,
    epoch: group.epoch,
    dropped: group.dropped,
    skips: group.skips,
    skipped: group.skipped,
    marks: [...group.marks],
    tokens: group.tokens,
  }
}

export function partitionDocument(at: PartitionState): PartitionDocument {
  return {
    checkpoint: at.checkpoint,
    replay: at.replay,
    rows: [...at.rows].map(([key, replay]) => ({ key, replay })),
    token: at.token,
    lease: at.lease,
    leaseMs: at.leaseMs,
    hold: at.hold,
    lanes: [...at.lanes.values()].map(laneDocument),
    repeats: [...at.repeats].map(repeatText),
  }
}

export function groupDocument(group: GroupState, by: string): GroupDocument {
  return {
    _id: group.id,
    rev: group.rev,
    by,
    order: group.order,
    start: group.start,
    ...headOf(group),
    partitions: group.partitions.map(partitionDocument),
  }
}

export function groupOf(document: GroupDocument): GroupState {
  const { _id: id, by: _by, types, marks, partitions, ...rest } = document
  return {
    ...rest,
    id,
    thinned: rest.thinned ?? 0,
    way: rest.way ?? 0,
    types: new Map(types.map(({ type, since, wantedAt }) => [type, { since, wantedAt }])),
    marks: new Set(marks),
    partitions: partitions.map(partitionOfDocument),
    edited: new Set(),
    spent: new Set(),
  }
}

function partitionOfDocument(document: PartitionDocument, partition: number): PartitionState {
  const { rows, lanes, repeats, ...rest } = document
  return {
    ...rest,
    partition,
    rows: new Map(rows.map(({ key, replay }) => [key, replay])),
    lanes: new Map(lanes.map((lane) => [lane.key, laneOf(lane)])),
    repeats: new Map(repeats.map(repeatOf)),
  }
}

function laneDocument({ kept, ...lane }: Lane): LaneDocument {
  return kept === undefined ? lane : { ...lane, kept: JSON.stringify(kept) }
}

function laneOf({ kept, ...lane }: LaneDocument): Lane {
  return kept === undefined ? lane : { ...lane, kept: storedJson<StoredMessage>(kept) }
}

type Compact = readonly [
  lease: string,
  verdicts: Repeat["verdicts"] | number,
  lanes?: Repeat["lanes"],
  stopped?: "max-lanes",
]

/** A settle whose parts had no effects is told by their number. */
function repeatText([lease, { verdicts, lanes, stopped }]: readonly [string, Repeat]): string {
  const told = "commit" in verdicts || !verdicts.every(isPlain) ? verdicts : verdicts.length
  const short: Compact = lanes.length === 0 ? [lease, told] : [lease, told, lanes]
  const compact: Compact = stopped === undefined ? short : [lease, told, lanes, stopped]
  return JSON.stringify(compact)
}

function isPlain(verdict: PartVerdict): boolean {
  return verdict.kind === "stored" && verdict.position === 0 && verdict.streams.length === 0
}

function repeatOf(text: string): readonly [string, Repeat] {
  const [lease, told, lanes = [], stopped] = storedJson<Compact>(text)
  const verdicts =
    typeof told === "number"
      ? Array.from({ length: told }, () => ({ kind: "stored", position: 0, streams: [] }) as const)
      : told
  return [lease, { verdicts, lanes, ...(stopped === undefined ? {} : { stopped }) }]
}
