import { checkPosition, type GroupProgress, partitionOf, type Position, type StreamId } from "@millrace/core/backend"

import { load } from "../change.ts"
import type { GroupState } from "../group-state.ts"
import type { Log } from "../log.ts"
import { partitionAt, wantedBetween, wantedOfLane, wantedOfStream } from "../waiting.ts"

/** For each group, by name: whether everything it wants of a stream (in key and log order: of the log) up to a position is settled. */
export async function progress(log: Log, streamId: StreamId, position: Position): Promise<readonly GroupProgress[]> {
  checkPosition("position", position)
  const { read } = await load(log, { partition: partitionOf(streamId, log.partitions) })
  const found: GroupProgress[] = []
  for (const group of read.groups)
    found.push({ group: group.name, settled: await isSettled(log, group, streamId, position) })
  return found.sort((a, b) => (a.group < b.group ? -1 : 1))
}

async function isSettled(log: Log, group: GroupState, streamId: StreamId, position: Position): Promise<boolean> {
  const at = partitionAt(log, group, streamId)
  const lanes = [...at.lanes.values()].filter((lane) => group.order !== "stream" || lane.key === streamId)
  for (const lane of lanes) {
    if (lane.at.next > position) continue
    if (group.order === "key") return false
    if (await waitsFor(wantedOfLane(log, group, at, lane), group, position)) return false
  }
  const span = { after: at.checkpoint, upto: position }
  const ahead =
    group.order === "stream" ? wantedOfStream(log, group, streamId, span) : wantedBetween(log, group, 0, span)
  return !(await waitsFor(ahead, group, position))
}

async function waitsFor(
  waiting: AsyncIterable<{ readonly position: Position }>,
  { marks }: GroupState,
  upto: Position,
): Promise<boolean> {
  for await (const { position } of waiting) {
    if (position > upto) return false
    if (!marks.has(position)) return true
  }
  return false
}
