import { checkSettlement } from "../backend/rules/check-settlement.ts"
import { droppedBy } from "../backend/rules/dropped-by.ts"
import { leaseKey } from "../backend/rules/lease-key.ts"
import { REPEATS_KEPT, type PartVerdict, type Settled, type Settlement, type StopReason } from "../backend/settle.ts"
import type { GroupState, Lane, PartitionState } from "./group-state.ts"
import { type JudgedPart, judgeParts } from "./judge-parts.ts"
import type { LogState } from "./log-state.ts"
import { settleLanes } from "./settle-lanes.ts"
import { settlePartition } from "./settle-partition.ts"
import { stopGroup } from "./stop-group.ts"
import { storeAppend } from "./store-append.ts"
import { keepDraft, type MemoryTx, type UserTables } from "./user-tables.ts"
import { firstWaiting } from "./waiting.ts"

/** Where a settlement applies: its lease is in force. `lanes` are those of a lease of lanes. */
export interface Held {
  readonly group: GroupState
  readonly at: PartitionState
  readonly lanes: readonly Lane[]
}

/**
 * Stores what became of a slice. Runs alone among writes: the token, judged first, is still right at the end, however long user's work takes. Nothing
 * is changed before all parts are judged; then everything is, at once.
 */
export async function settle(log: LogState, tables: UserTables, settlement: Settlement<MemoryTx>): Promise<Settled> {
  const { lease } = settlement
  const group = log.groups.get(lease.group)
  const at = group?.partitions[lease.partition]
  const repeated = at?.repeats.get(leaseKey(lease))
  if (repeated !== undefined) return repeated
  const held = group === undefined || at === undefined ? undefined : heldBy(group, at, settlement)
  if (held === undefined) return { kind: "fenced" }
  checkSettlement(settlement, {
    order: held.group.order,
    checkpoint: held.at.checkpoint,
    isOpen: (key) => held.at.lanes.has(key),
  })
  const { judged, draft } = await judgeParts(log, tables, settlement.parts)
  if (held.group.order === "log" && judged.some(({ refused }) => refused !== undefined)) return nothingStored(judged)
  keepDraft(draft, tables)
  const settled = store(log, held, settlement, judged)
  remember(held.at, leaseKey(lease), settled)
  return settled
}

/** What the token gives access to; `undefined` when it has passed to somebody else. */
function heldBy(group: GroupState, at: PartitionState, { lease }: Settlement<MemoryTx>): Held | undefined {
  if (lease.of === "partition") return at.token === lease.token ? { group, at, lanes: [] } : undefined
  const lanes = lease.lanes.flatMap(({ key, token }) => {
    const lane = at.lanes.get(key)
    return lane?.token === token ? [lane] : []
  })
  return lanes.length === lease.lanes.length ? { group, at, lanes } : undefined
}

/** A group in total order is its own only lane: the worker still holds it and decides again. The refused part names the reason for all. */
function nothingStored(judged: readonly JudgedPart[]): Settled {
  const reason = judged.find(({ refused }) => refused !== undefined)?.refused
  const parts = judged.flatMap(({ refused = reason }) => (refused === undefined ? [] : [refused]))
  return { kind: "settled", parts, lanes: [] }
}

function store(log: LogState, held: Held, settlement: Settlement<MemoryTx>, judged: readonly JudgedPart[]): Settled {
  const { group, at } = held
  const parts = judged.map(({ part, refused }): PartVerdict => {
    if (refused !== undefined) return refused
    if (part.effects === undefined) return { kind: "stored", position: 0, streams: [] }
    const { position, streams } = storeAppend(log, part.effects)
    return { kind: "stored", position, streams }
  })
  const lanes =
    settlement.lease.of === "partition"
      ? settlePartition(log, held, settlement, judged)
      : settleLanes(log, held, settlement.lease, judged)
  group.dropped += droppedBy(settlement.parts, parts)
  log.news.work ||= at.lanes.size > 0 || firstWaiting(log, group, at) !== undefined
  const stop = settlement.stop ?? tooManyLanes(group)
  if (stop === undefined) return { kind: "settled", parts, lanes }
  stopGroup(log, group, stop)
  at.lease = { ...at.lease, takeovers: 0 }
  return { kind: "settled", parts, lanes: [], ...(settlement.stop === undefined ? { stopped: "max-lanes" } : {}) }
}

function tooManyLanes(group: GroupState): StopReason | undefined {
  const open = group.partitions.reduce((sum, { lanes }) => sum + lanes.size, 0)
  if (open <= group.maxLanes) return undefined
  return {
    reason: "max-lanes",
    error: `${open} lanes are open, at most ${group.maxLanes} may be: see what fails first`,
  }
}

function remember(at: PartitionState, key: string, settled: Settled): void {
  at.repeats.set(key, settled)
  for (const oldest of at.repeats.keys()) {
    if (at.repeats.size <= REPEATS_KEPT) return
    at.repeats.delete(oldest)
  }
}
