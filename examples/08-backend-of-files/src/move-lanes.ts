import {
  FREE,
  type LaneOpening,
  lanesOpenedBy,
  type LaneToken,
  leaseAfterRelease,
  outlivesReplay,
  replayRowEnded,
  settledLane,
  type SettledPart,
  type Settlement,
} from "@millrace/core/backend"

import { nextToken } from "./leases.ts"
import type { Log } from "./log.ts"
import type { LaneRow, PartitionRow } from "./rows.ts"
import type { Held } from "./settle.ts"
import { putLane, replayOf } from "./waiting.ts"

export function movePartition(
  log: Log,
  { group: { order }, at }: Held,
  { checkpoint = at.checkpoint, hold, skipped }: Settlement<never>,
  parts: readonly SettledPart[],
): readonly LaneToken[] {
  const progress = checkpoint > at.checkpoint || hold !== undefined
  at.checkpoint = checkpoint
  if (hold === undefined) delete at.hold
  else at.hold = hold
  const isOpen = (key: string): boolean => laneOf(at, key) !== undefined
  const openings = lanesOpenedBy({ checkpoint, parts, skipped }, { order, leaseMs: at.leaseMs, now: log.now(), isOpen })
  const tokens = openings.flatMap((opening) => openLane(log, at, opening))
  at.token = null
  at.lease = leaseAfterRelease(at.lease, progress)
  if (replayRowEnded({ checkpoint, limit: at.replay.limit }))
    at.rows = at.rows.filter(({ replay }) => outlivesReplay(replay, at.replay))
  return tokens
}

function openLane(log: Log, at: PartitionRow, { key, single, lane, leaseMs }: LaneOpening): readonly LaneToken[] {
  const replay = replayOf(at, key)
  const token = leaseMs === undefined ? null : nextToken(log)
  const lease = leaseMs === undefined ? FREE : { owner: at.lease.owner, until: log.now() + leaseMs, takeovers: 0 }
  putLane(at, { key, single, ...lane, replay, token, lease })
  return token === null ? [] : [{ key, token }]
}

/** Moves a lane on, or closes it. Without a part it is given back as it was. */
export function moveLane(log: Log, at: PartitionRow, key: string, part: SettledPart | undefined): readonly LaneToken[] {
  const lane = laneOf(at, key)
  if (lane === undefined) return []
  const after = settledLane({ ...lane, at: lane }, part, { checkpoint: at.checkpoint, now: log.now() })
  if (after.kind === "close") {
    at.lanes = at.lanes.filter((one) => one !== lane)
    return []
  }
  Object.assign(lane, after.at)
  if (lane.kept !== undefined && lane.kept.position < lane.next) delete lane.kept
  lane.lease = after.lease
  lane.token = after.leased ? nextToken(log) : null
  return lane.token === null ? [] : [{ key, token: lane.token }]
}

export function laneOf(at: PartitionRow, key: string): LaneRow | undefined {
  return at.lanes.find((lane) => lane.key === key)
}
