import { BackendError } from "../errors.ts"
import { checkSettlement } from "../rules/check-settlement.ts"
import { droppedBy } from "../rules/dropped-by.ts"
import { isHeld } from "../rules/held-lease.ts"
import { leaseKey } from "../rules/lease-key.ts"
import { settleLanes } from "../rules/settle-lanes.ts"
import { settlePartition, type LeaseIssuer } from "../rules/settle-partition.ts"
import { settledParts } from "../rules/settled-parts.ts"
import { stopGroup } from "../rules/stop-group.ts"
import { tooManyLanes } from "../rules/too-many-lanes.ts"
import { REPEATS_KEPT, type PartVerdict, type Settled, type Settlement } from "../settle.ts"
import { nextToken } from "./find-group.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import { type JudgedPart, judgeParts } from "./judge-parts.ts"
import type { LogState } from "./log-state.ts"
import type { SettleWork } from "./settle-work.ts"
import { storeAppend } from "./store-append.ts"
import { touchGroup, touchPartition, touchWholeGroup } from "./touched.ts"
import { firstWaiting } from "./waiting.ts"

/** Where a settlement applies: its lease is in force. */
interface Held {
  readonly group: GroupState
  readonly at: PartitionState
}

/**
 * Judges what became of a slice, and answers what stores it. Runs alone among writes: the token, judged first, is still right at the end, however long
 * user's work takes. Nothing is changed before all parts are judged; then everything is, at once, by the function answered.
 */
export async function settle<Tx>(
  log: LogState,
  beginWork: (() => SettleWork<Tx>) | undefined,
  settlement: Settlement<Tx>,
): Promise<() => Settled> {
  const { lease, parts } = settlement
  const group = log.groups.get(lease.group)
  const at = group?.partitions[lease.partition]
  const repeated = at?.repeats.get(leaseKey(lease))
  if (repeated !== undefined) return () => repeated
  if (group === undefined || at === undefined || !isHeld(at, lease)) return () => ({ kind: "fenced" })
  const { order } = group
  const isOpen = (key: string): boolean => at.lanes.has(key)
  checkSettlement(settlement, { order, partitions: group.partitions.length, checkpoint: at.checkpoint, isOpen })
  if (beginWork === undefined && parts.some(({ work }) => work !== undefined))
    throw new BackendError(
      "unsupported",
      "this storage runs no work in a settle: see capabilities.tx, and write elsewhere",
    )
  const work: SettleWork<Tx> = beginWork?.() ?? noWork
  const judged = await judgeParts(log, work, parts)
  if (order === "log" && judged.some(({ refused }) => refused !== undefined)) return () => nothingStored(judged)
  return () => {
    work.store()
    const settled = store(log, { group, at }, settlement, judged)
    remember(at, leaseKey(lease), settled)
    return settled
  }
}

const noWork: SettleWork<never> = { run: () => Promise.reject(new Error("there is no work")), store: () => {} }

/** A group in total order is its own only lane: the worker still holds it and decides again. The refused part names the reason for all. */
function nothingStored<Tx>(judged: readonly JudgedPart<Tx>[]): Settled {
  const reason = judged.find(({ refused }) => refused !== undefined)?.refused
  const parts = judged.flatMap(({ refused = reason }) => (refused === undefined ? [] : [refused]))
  return { kind: "settled", parts, lanes: [] }
}

function store<Tx>(log: LogState, held: Held, settlement: Settlement<Tx>, judged: readonly JudgedPart<Tx>[]): Settled {
  const { group, at } = held
  const parts = judged.map(({ part, refused }): PartVerdict => {
    if (refused !== undefined) return refused
    if (part.effects === undefined) return { kind: "stored", position: 0, streams: [] }
    const { position, streams } = storeAppend(log, part.effects)
    return { kind: "stored", position, streams }
  })
  const { lease, stop } = settlement
  const issuer: LeaseIssuer = { now: log.clock.now(), nextToken: () => nextToken(log) }
  const settled = settledParts(settlement.parts, parts)
  const before = at.lanes.size
  const lanes =
    lease.of === "partition"
      ? settlePartition(group, at, { ...settlement, parts: settled }, issuer)
      : settleLanes(group, at, { lanes: lease.lanes, parts: settled }, issuer)
  touchPartition(log, group, at)
  const dropped = droppedBy(settlement.parts, parts)
  group.dropped += dropped
  if (dropped > 0) touchGroup(log, group)
  log.news.work ||= at.lanes.size > 0 || firstWaiting(log, group, at) !== undefined
  const open = group.partitions.reduce((sum, one) => sum + one.lanes.size, 0)
  const why = stop ?? (at.lanes.size > before && open > group.maxLanes ? tooManyLanes(open, group.maxLanes) : undefined)
  if (why === undefined) return { kind: "settled", parts, lanes }
  stopGroup(group, why, issuer.now)
  touchWholeGroup(log, group)
  at.lease = { ...at.lease, takeovers: 0 }
  return { kind: "settled", parts, lanes: [], ...(stop === undefined ? { stopped: "max-lanes" } : {}) }
}

function remember(at: PartitionState, key: string, settled: Settled): void {
  at.repeats.set(key, settled)
  for (const oldest of at.repeats.keys()) {
    if (at.repeats.size <= REPEATS_KEPT) return
    at.repeats.delete(oldest)
  }
}
