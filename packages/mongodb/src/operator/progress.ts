import { checkPosition, type GroupProgress, partitionOf, type Position, type StreamId } from "@millrace/core/backend"

import { type GroupState, partitionAt } from "../group-state.ts"
import { isWanted, ofStream, wantedOfLane } from "../lane-messages.ts"
import type { Log } from "../log.ts"
import { lookAhead } from "../look-ahead.ts"

/** For each group, by name: whether everything it wants of a stream (in key and log order: of the log) up to a position is settled. */
export async function progress(log: Log, streamId: StreamId, position: Position): Promise<readonly GroupProgress[]> {
  checkPosition("position", position)
  const [groups] = await Promise.all([log.groups.fresh(), log.chain.refresh()])
  const all = groups.toSorted((one, other) => (one.name < other.name ? -1 : 1))
  return Promise.all(
    all.map(async (group) => ({ group: group.name, settled: await isSettled(log, group, streamId, position) })),
  )
}

async function isSettled(log: Log, group: GroupState, streamId: StreamId, position: Position): Promise<boolean> {
  const byStream = group.order === "stream"
  const at = partitionAt(group, byStream ? partitionOf(streamId, log.partitions) : 0)
  for (const lane of at.lanes.values()) {
    if ((byStream && lane.key !== streamId) || lane.at.next > position) continue
    if (group.order === "key") return false
    for await (const waiting of wantedOfLane(log, group, at, lane)) {
      if (waiting.position > position) break
      if (!group.marks.has(waiting.position)) return false
    }
  }
  if (at.checkpoint >= position) return true
  const ahead = log.ahead(group.id)
  await lookAhead(log, [group])
  const { waiting, upto } = ahead.of(group, at.partition)
  const open = waiting.some(
    (one) => one.position <= position && (!byStream || one.stream === streamId) && !group.marks.has(one.position),
  )
  if (open || upto >= Math.min(position, log.chain.head)) return !open
  // More waits than is kept in mind.
  if (!byStream) return false
  for await (const message of ofStream(log, streamId, upto, position))
    if (isWanted(group, message) && !group.marks.has(message.position)) return false
  return true
}
