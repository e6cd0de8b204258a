import {
  type AddedType,
  type Beat,
  checkLimit,
  checkName,
  type Ensured,
  freshGroup,
  type GroupSpec,
  hearWants,
  type Instant,
  joinType,
  type Position,
  pruneTypes,
  resolveStart,
  type StartPoint,
} from "@millrace/core/backend"

import type { Log } from "./log.ts"
import type { GroupRow } from "./rows.ts"

export function ensureGroup(log: Log, spec: GroupSpec): Ensured {
  checkName("group", spec.group)
  checkLimit("maxLanes", spec.maxLanes)
  for (const type of spec.types) checkName("type", type)
  const found = log.tables.groups.get(spec.group)
  if (found !== undefined && found.order !== spec.order) return { kind: "order-differs", stored: found.order }
  const group = found === undefined ? createGroup(log, spec) : log.editGroup(spec.group)
  const now = log.now()
  group.maxLanes = spec.maxLanes
  hearWants(group, spec.types, now)
  const lacking = [...new Set(spec.types)].filter((type) => !group.types.has(type))
  const added = lacking.map((type) => addType(log, group, type))
  pruneTypes(group, now)
  if (found === undefined || added.length > 0) log.tell({ kind: "work" })
  const missing = [...group.types.keys()].filter((type) => !spec.types.includes(type))
  return { kind: "ensured", created: found === undefined, added, missing }
}

function createGroup(log: Log, spec: GroupSpec): GroupRow {
  const { partitions } = log.row
  const fresh = freshGroup(spec, { start: startOf(log, spec.start), partitions, now: log.now() })
  const ofGroup = fresh.partitions.map((at) => ({ ...at, repeats: new Map() }))
  return log.put("groups", spec.group, { ...fresh, skips: [], partitions: ofGroup })
}

/** The checkpoint that a start point stands for. */
export function startOf(log: Log, start: StartPoint): Position {
  return resolveStart(start, { head: log.row.head, lastBefore: (date) => lastBefore(log, date) })
}

/** The last position recorded before an instant; what is trimmed counts as recorded before. */
function lastBefore(log: Log, date: Instant): Position {
  let [low, high] = [log.row.trimmedTo, log.row.head]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    // A trim of a category leaves places empty.
    let there = middle
    while (there < high && !log.tables.messages.has(there)) there += 1
    if (Date.parse(log.tables.messages.get(there)?.recordedAt ?? "") < date) low = there
    else high = middle - 1
  }
  return low
}

function addType(log: Log, group: GroupRow, type: string): AddedType {
  const since = log.row.head
  joinType(group, type, { since, now: log.now() })
  return { type, since, passedOver: log.positions("type", type).length }
}

/** Notes what a process wants, and lets go of types that nobody has wanted for long. */
export function hearBeat(log: Log, { wants }: Beat, now: Instant): void {
  const known = new Map(wants.map(({ group, types }) => [group, types]))
  for (const { name } of log.tables.groups.values()) {
    const group = log.editGroup(name)
    const types = known.get(name)
    if (types !== undefined) hearWants(group, types, now)
    pruneTypes(group, now)
  }
}
