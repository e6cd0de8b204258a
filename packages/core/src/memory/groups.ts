import type { AddedType, Ensured, GroupSpec } from "../backend/group.ts"
import { checkLimit, checkName } from "../backend/rules/check-arguments.ts"
import { FREE } from "../backend/rules/lease-state.ts"
import { replayAfterTypeJoins } from "../backend/rules/replay-after-type-joins.ts"
import { replayFromStart } from "../backend/rules/replay-state.ts"
import { resolveStart } from "../backend/rules/resolve-start.ts"
import type { Position } from "../message/ids.ts"
import { forEachReplay } from "./each-replay.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import { headOf, lastRecordedBefore, type LogState } from "./log-state.ts"
import { countBetween } from "./positions.ts"
import { pruneTypes } from "./prune-types.ts"

/** Creates a group, or adds types to it. */
export function ensureGroup(log: LogState, spec: GroupSpec): Ensured {
  checkName("group", spec.group)
  checkLimit("maxLanes", spec.maxLanes)
  for (const type of spec.types) checkName("type", type)
  const found = log.groups.get(spec.group)
  if (found !== undefined && found.order !== spec.order) return { kind: "order-differs", stored: found.order }
  const group = found ?? createGroup(log, spec)
  const now = log.clock.now()
  group.maxLanes = spec.maxLanes
  group.heardAt = now
  const added: AddedType[] = []
  for (const type of new Set(spec.types)) {
    const known = group.types.get(type)
    if (known !== undefined) known.wantedAt = now
    else if (found === undefined) group.types.set(type, { since: 0, wantedAt: now })
    else added.push(addType(log, group, type))
  }
  pruneTypes(group, now)
  if (found === undefined || added.length > 0) log.news.work = true
  const missing = [...group.types.keys()].filter((type) => !spec.types.includes(type))
  return { kind: "ensured", created: found === undefined, added, missing }
}

function createGroup(log: LogState, spec: GroupSpec): GroupState {
  const start = resolveStart(spec.start, { head: headOf(log), lastBefore: (date) => lastRecordedBefore(log, date) })
  const partitions = spec.order === "stream" ? log.partitions : 1
  const group: GroupState = {
    name: spec.group,
    order: spec.order,
    start,
    stopped: null,
    maxLanes: spec.maxLanes,
    types: new Map(),
    heardAt: log.clock.now(),
    reemit: false,
    epoch: 0,
    dropped: 0,
    skips: [],
    skipped: 0,
    marks: new Set(),
    partitions: Array.from({ length: partitions }, (_, partition) => freshPartition(partition, start)),
  }
  log.groups.set(spec.group, group)
  return group
}

function freshPartition(partition: number, start: Position): PartitionState {
  return {
    partition,
    checkpoint: start,
    replay: replayFromStart(start),
    rows: new Map(),
    token: null,
    lease: FREE,
    leaseMs: 0,
    hold: null,
    lanes: new Map(),
    repeats: new Map(),
  }
}

function addType(log: LogState, group: GroupState, type: string): AddedType {
  const since = headOf(log)
  group.types.set(type, { since, wantedAt: log.clock.now() })
  forEachReplay(group, (replay) => replayAfterTypeJoins(replay, { type, start: group.start, since }))
  return { type, since, passedOver: countBetween(log.types.get(type), 0, since) }
}
