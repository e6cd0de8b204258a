import {
  handledBefore,
  type LaneSlice,
  type PartitionSlice,
  type Position,
  type ReplayRow,
  type ReplayState,
  type SliceMessage,
  type StoredMessage,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import type { Connection } from "./connection.ts"
import { replayOf } from "./group-model.ts"
import { messageOf } from "./message-row.ts"
import { text } from "./row.ts"
import { selectByPositions } from "./sql/select-by-positions.ts"
import { selectGroupReplays } from "./sql/select-group-replays.ts"
import { selectReplays } from "./sql/select-replays.ts"
import { storedJson } from "./stored-json.ts"
import type { LanesTaken, LaneTaken } from "./take-lanes.ts"
import type { PartitionTaken } from "./take-partition.ts"
import type { Types } from "./types.ts"

/** The slice of a leased partition, with its messages. */
export function fetchPartition(db: Connection, types: Types, taken: PartitionTaken): PartitionSlice {
  const { group } = taken
  const messages = messagesAt(db, types, taken.positions)
  const rows =
    taken.rows && group.order === "stream" ? replayRows(db, group.id, messages) : new Map<string, ReplayState>()
  // In key order only the worker knows which row is whose.
  const keyed = taken.rows && group.order === "key" ? allReplayRows(db, group.id) : []
  return {
    kind: "slice",
    source: "partition",
    group: group.name,
    messages: messages.map((message, at) => ({
      message,
      handledBefore: handledBefore(rows.get(message.streamId) ?? taken.replay, message),
      attempt: at === 0 ? taken.failures + 1 : 1,
    })),
    takeovers: taken.takeovers,
    reemit: group.reemit,
    epoch: group.epoch,
    lease: { of: "partition", group: group.name, partition: taken.partition, token: taken.token },
    from: taken.from,
    scannedTo: taken.scannedTo,
    skipped: taken.skipped,
    openLanes: taken.openLanes,
    ...(keyed.length === 0 ? {} : { replayRows: keyed }),
  }
}

/** The slice of leased lanes, with their messages in position order. */
export function fetchLanes(db: Connection, types: Types, taken: LanesTaken): LaneSlice {
  const { group, lanes } = taken
  const messages = lanes.flatMap((lane) => laneMessages(db, types, lane))
  messages.sort((a, b) => a.message.position - b.message.position)
  return {
    kind: "slice",
    source: "lanes",
    group: group.name,
    messages,
    takeovers: taken.takeovers,
    reemit: group.reemit,
    epoch: group.epoch,
    lease: {
      of: "lanes",
      group: group.name,
      partition: taken.partition,
      lanes: lanes.map(({ lane }) => ({ key: lane.key, token: lane.token })),
    },
    lanes: lanes.map(({ lane, scannedTo }) => ({ key: lane.key, next: lane.next, scannedTo })),
  }
}

function laneMessages(db: Connection, types: Types, { lane, positions }: LaneTaken): readonly SliceMessage[] {
  const stored = messagesAt(db, types, positions)
  const kept = lane.kept === null ? undefined : keptMessage(lane.kept)
  const messages =
    kept === undefined || !positions.includes(kept.position)
      ? stored
      : [kept, ...stored.filter(({ position }) => position !== kept.position)]
  return messages.map((message) => ({
    message,
    handledBefore: handledBefore(lane.replay, message),
    attempt: message.position === lane.next ? lane.failures + 1 : 1,
  }))
}

/** The message a lane waits at, which retention left to it. */
function keptMessage(kept: string): StoredMessage {
  return storedJson<StoredMessage>(kept)
}

function messagesAt(db: Connection, types: Types, positions: readonly Position[]): readonly StoredMessage[] {
  if (positions.length === 0) return []
  return db.all(selectByPositions, JSON.stringify(positions)).map((row) => messageOf(row, types, db))
}

function allReplayRows(db: Connection, group: number): readonly ReplayRow[] {
  return db.all(selectGroupReplays, group).map((row) => ({ key: fromSortable(text(row[0])), replay: replayOf(row[1]) }))
}

function replayRows(db: Connection, group: number, messages: readonly StoredMessage[]): Map<string, ReplayState> {
  const keys = [...new Set(messages.map(({ streamId }) => toSortable(streamId)))]
  return new Map(
    db.all(selectReplays, group, JSON.stringify(keys)).map((row) => [fromSortable(text(row[0])), replayOf(row[1])]),
  )
}
