import type { Position, StreamId } from "../../message/ids.ts"
import type { GroupOrder } from "../../stream/group-order.ts"
import { partitionOf } from "../../stream/partition.ts"

/** A message that a trim of its category would remove. */
export interface TrimCandidate {
  readonly position: Position
  readonly type: string
  readonly streamId: StreamId
}

/** What a trim has to know of a group. */
export interface TrimmingGroup {
  readonly group: string
  readonly order: GroupOrder
  readonly types: ReadonlyMap<string, { readonly since: Position }>
  /** Positions that it is never to be handed. */
  readonly marks: ReadonlySet<Position>
  /** One per partition of the log, in order; in key and log order a single one. */
  readonly partitions: readonly {
    readonly checkpoint: Position
    readonly lanes: ReadonlyMap<string, TrimmingLane>
  }[]
}

export interface TrimmingLane {
  readonly next: Position
  readonly single: boolean
  /** Whether it keeps the message it waits at itself. */
  readonly keeps: boolean
}

/** What a forced trim takes from a group. Whoever holds a lease of what is named here must not settle any more. */
export interface TrimLoss {
  readonly group: string
  /** Numbers of partitions that lose what they have not handed out, or not settled. */
  readonly partitions: ReadonlySet<number>
  /** Lanes that lose something, by key. `keep`: the position of the message they wait at, to be kept in them. */
  readonly lanes: ReadonlyMap<string, { readonly partition: number; readonly keep?: Position }>
  /** What the group will never get, in order. */
  readonly lost: readonly Position[]
}

export interface JudgedTrim {
  /** So many of the candidates go, from the first on. */
  readonly count: number
  /** Groups that hold the others back, by name. */
  readonly heldBackBy: readonly string[]
  readonly losses: readonly TrimLoss[]
}

/** Judges how many of these messages, the oldest of a category in order, may be removed, and what groups lose by it when it is forced. */
export function judgeTrim(
  candidates: readonly TrimCandidate[],
  groups: readonly TrimmingGroup[],
  { partitions, force }: { readonly partitions: number; readonly force: boolean },
): JudgedTrim {
  let count = candidates.length
  const heldBackBy: string[] = []
  for (const group of groups) {
    const first = candidates.findIndex((one) => {
      const wait = waitFor(group, one, partitions)
      return wait !== undefined && (!force || wait.kind === "unknown")
    })
    if (first < 0) continue
    heldBackBy.push(group.group)
    count = Math.min(count, first)
  }
  const gone = candidates.slice(0, count)
  const losses = force ? groups.map((group) => lossOf(group, gone, partitions)) : []
  return {
    count,
    heldBackBy: heldBackBy.sort(),
    losses: losses.filter(({ partitions: some, lanes }) => some.size + lanes.size > 0),
  }
}

/** Where a message waits: ahead of its partition, in a lane, or perhaps in a lane whose keys only the worker knows. */
type Wait =
  | { readonly kind: "ahead"; readonly partition: number }
  | { readonly kind: "lane"; readonly partition: number; readonly key: string; readonly lane: TrimmingLane }
  | { readonly kind: "unknown" }

/** Where a group waits for a message; `undefined` when it does not want it, or has settled it. */
function waitFor(
  { order, types, marks, partitions: all }: TrimmingGroup,
  { position, type, streamId }: TrimCandidate,
  partitions: number,
): Wait | undefined {
  const wanted = types.get(type)
  if (wanted === undefined || position <= wanted.since || marks.has(position)) return undefined
  const partition = order === "stream" ? partitionOf(streamId, partitions) : 0
  const at = all[partition]
  if (at === undefined) return { kind: "unknown" }
  if (position > at.checkpoint) return { kind: "ahead", partition }
  if (order === "stream") {
    const lane = at.lanes.get(streamId)
    return lane === undefined || position < lane.next ? undefined : { kind: "lane", partition, key: streamId, lane }
  }
  for (const [key, lane] of at.lanes) {
    if (lane.single && position === lane.next) return { kind: "lane", partition, key, lane }
    if (!lane.single && position >= lane.next) return { kind: "unknown" }
  }
  return undefined
}

function lossOf(group: TrimmingGroup, gone: readonly TrimCandidate[], all: number): TrimLoss {
  const partitions = new Set<number>()
  const lanes = new Map<string, { readonly partition: number; readonly keep?: Position }>()
  const lost: Position[] = []
  for (const candidate of gone) {
    const wait = waitFor(group, candidate, all)
    if (wait === undefined || wait.kind === "unknown") continue
    if (wait.kind === "ahead") partitions.add(wait.partition)
    else if (!lanes.has(wait.key)) {
      const { partition, key, lane } = wait
      lanes.set(key, lane.keeps ? { partition } : { partition, keep: candidate.position })
      if (!lane.keeps) continue
    }
    lost.push(candidate.position)
  }
  return { group: group.group, partitions, lanes, lost }
}
