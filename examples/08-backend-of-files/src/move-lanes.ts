import {
  FREE,
  laneAfterSettle,
  type LaneChange,
  laneDueAt,
  laneOfDeferral,
  laneProgressed,
  lanesToReopen,
  type LaneToken,
  leaseAfterRelease,
  outlivesReplay,
  replayRowEnded,
  type Settlement,
} from "@millrace/core/backend"

import { nextToken } from "./leases.ts"
import type { Log } from "./log.ts"
import type { LaneRow, PartitionRow } from "./rows.ts"
import type { Held, Judged } from "./settle.ts"
import { putLane, replayOf } from "./waiting.ts"

export function movePartition(
  log: Log,
  { group, at }: Held,
  settlement: Settlement<never>,
  judged: readonly Judged[],
): readonly LaneToken[] {
  const { checkpoint = at.checkpoint, hold, skipped = [] } = settlement
  const progress = checkpoint > at.checkpoint || hold !== undefined
  at.checkpoint = checkpoint
  if (hold === undefined) delete at.hold
  else at.hold = hold
  const now = log.now()
  const tokens = judged.flatMap(({ part: { key, from, deferral }, verdict }) => {
    if (verdict.kind !== "stored")
      return openLane(
        log,
        at,
        { key, single: false },
        { kind: "keep", lane: laneDueAt(from, now), leaseMs: at.leaseMs },
      )
    if (deferral === undefined) return []
    const single = group.order === "log"
    return openLane(log, at, { key: single ? `@${deferral.position}` : key, single }, laneOfDeferral(deferral, now))
  })
  for (const { key, position } of lanesToReopen(skipped, {
    checkpoint,
    isOpen: (key) => laneOf(at, key) !== undefined,
  }))
    openLane(log, at, { key, single: false }, { kind: "keep", lane: laneDueAt(position, now) })
  at.token = null
  at.lease = leaseAfterRelease(at.lease, progress)
  if (replayRowEnded({ checkpoint, limit: at.replay.limit }))
    at.rows = at.rows.filter(({ replay }) => outlivesReplay(replay, at.replay))
  return tokens
}

function openLane(
  log: Log,
  at: PartitionRow,
  of: { readonly key: string; readonly single: boolean },
  change: LaneChange,
): readonly LaneToken[] {
  if (change.kind === "close") return []
  const { lane, leaseMs } = change
  const replay = replayOf(at, of.key)
  const token = leaseMs === undefined ? null : nextToken(log)
  const lease = leaseMs === undefined ? FREE : { owner: at.lease.owner, until: log.now() + leaseMs, takeovers: 0 }
  putLane(at, { ...of, ...lane, replay, token, lease })
  return token === null ? [] : [{ key: of.key, token }]
}

/** Moves a lane on, or closes it. Without a part it is given back as it was. */
export function moveLane(log: Log, at: PartitionRow, key: string, judged: Judged | undefined): readonly LaneToken[] {
  const lane = laneOf(at, key)
  if (lane === undefined) return []
  if (judged === undefined) return release(lane, false)
  // The settled token names this settlement from now on: what the worker decides next is another one.
  if (judged.verdict.kind !== "stored") return [{ key, token: (lane.token = nextToken(log)) }]
  const now = log.now()
  const change = laneAfterSettle(lane, judged.part, { checkpoint: at.checkpoint, now })
  const progress = laneProgressed(lane, change)
  if (change.kind === "close") {
    at.lanes = at.lanes.filter((one) => one !== lane)
    return []
  }
  Object.assign(lane, change.lane)
  if (lane.kept !== undefined && lane.kept.position < lane.next) delete lane.kept
  if (change.leaseMs === undefined) return release(lane, progress)
  lane.lease = { ...lane.lease, until: now + change.leaseMs, takeovers: progress ? 0 : lane.lease.takeovers }
  return [{ key, token: (lane.token = nextToken(log)) }]
}

function release(lane: LaneRow, progress: boolean): readonly LaneToken[] {
  lane.token = null
  lane.lease = leaseAfterRelease(lane.lease, progress)
  return []
}

export function laneOf(at: PartitionRow, key: string): LaneRow | undefined {
  return at.lanes.find((lane) => lane.key === key)
}
