import {
  type ClaimRequest,
  leaseAfterClaim,
  type Position,
  type ReplayState,
  replayRowEnded,
  type Skipped,
  takeoversOf,
  fromSortable,
} from "@millrace/core/backend"

import type { GroupModel, PartitionModel } from "./group-model.ts"
import { savePartition } from "./group-model.ts"
import { text } from "./row.ts"
import { scanLog, scanPartition } from "./slice-scan.ts"
import { selectLaneKeys } from "./sql/select-lane-keys.ts"
import type { Writing } from "./transaction.ts"
import type { Waiting } from "./waiting.ts"

/** A partition that was leased: everything of its slice but the messages themselves. */
export interface PartitionTaken {
  readonly kind: "partition"
  readonly group: GroupModel
  readonly partition: number
  readonly token: number
  readonly takeovers: number
  readonly from: Position
  readonly scannedTo: Position
  readonly positions: readonly Position[]
  readonly skipped: readonly Skipped[]
  readonly openLanes: readonly string[]
  /** Failures of its first message. */
  readonly failures: number
  readonly replay: ReplayState
  /** Streams may have a replay row of their own. */
  readonly rows: boolean
}

export function takePartition(
  writing: Writing,
  {
    group,
    partition,
    waiting,
    request,
    limit,
  }: {
    readonly group: GroupModel
    readonly partition: PartitionModel
    readonly waiting: Waiting
    readonly request: ClaimRequest
    readonly limit: number
  },
): PartitionTaken {
  const { db, log, now } = writing
  const takeovers = takeoversOf(partition.lease)
  const range = {
    above: waiting.oldest - 1,
    upto: Math.min(waiting.upto, log.head),
    limit: takeovers > 0 ? 1 : limit,
  }
  const scan = group.order === "stream" ? scanPartition(db, group, partition, range) : scanLog(db, group, range)
  log.token += 1
  log.workSeq += 1
  partition.token = log.token
  partition.lease = leaseAfterClaim(partition.lease, { owner: request.owner, now, leaseMs: request.leaseMs })
  partition.leaseMs = request.leaseMs
  savePartition(db, group, partition)
  const keyed = group.order === "key" && partition.lanes > 0
  return {
    kind: "partition",
    group,
    partition: partition.partition,
    token: partition.token,
    takeovers,
    from: partition.checkpoint,
    ...scan,
    openLanes: keyed ? db.all(selectLaneKeys, group.id, 0).map((row) => fromSortable(text(row[0]))) : [],
    failures: partition.hold?.failures ?? 0,
    replay: partition.replay,
    rows: !replayRowEnded({ checkpoint: partition.checkpoint, limit: partition.replay.limit }),
  }
}
