import type { AddedType, Ensured, GroupSpec } from "../group.ts"
import { checkLimit, checkName } from "../rules/check-arguments.ts"
import { freshGroup } from "../rules/fresh-group.ts"
import { hearWants } from "../rules/hear-wants.ts"
import { joinType } from "../rules/join-type.ts"
import { resolveStart } from "../rules/resolve-start.ts"
import type { GroupState } from "./group-state.ts"
import { headOf, lastRecordedBefore, type LogState } from "./log-state.ts"
import { countBetween } from "./positions.ts"
import { prune } from "./processes.ts"
import { touchGroup, touchWholeGroup } from "./touched.ts"

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
  hearWants(group, spec.types, now)
  const lacking = new Set(spec.types.filter((type) => !group.types.has(type)))
  const added = [...lacking].map((type) => addType(log, group, type))
  prune(log, group, now)
  if (found === undefined || added.length > 0) touchWholeGroup(log, group)
  else touchGroup(log, group)
  if (found === undefined || added.length > 0) log.news.work = true
  const missing = [...group.types.keys()].filter((type) => !spec.types.includes(type))
  return { kind: "ensured", created: found === undefined, added, missing }
}

function createGroup(log: LogState, spec: GroupSpec): GroupState {
  const start = resolveStart(spec.start, { head: headOf(log), lastBefore: (date) => lastRecordedBefore(log, date) })
  const fresh = freshGroup(spec, { start, partitions: log.partitions, now: log.clock.now() })
  const group: GroupState = {
    ...fresh,
    skips: [],
    partitions: fresh.partitions.map((at) => ({ ...at, repeats: new Map() })),
  }
  log.groups.set(spec.group, group)
  return group
}

function addType(log: LogState, group: GroupState, type: string): AddedType {
  const since = headOf(log)
  joinType(group, type, { since, now: log.clock.now() })
  return { type, since, passedOver: countBetween(log.types.get(type), 0, since) }
}
