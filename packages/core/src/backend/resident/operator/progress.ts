import type { Position, StreamId } from "../../../message/ids.ts"
import type { GroupProgress } from "../../operator.ts"
import { checkPosition } from "../../rules/check-arguments.ts"
import type { GroupState } from "../group-state.ts"
import { type LogState, messageAt } from "../log-state.ts"
import { indexAbove } from "../positions.ts"
import { isWanted, partitionAt, wantedAbove, wantedOfLane } from "../waiting.ts"

/** For each group, by name: whether everything it wants of a stream (in key and log order: of the log) up to a position is settled. */
export function progress(log: LogState, streamId: StreamId, position: Position): readonly GroupProgress[] {
  checkPosition("position", position)
  return [...log.groups.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((group) => ({ group: group.name, settled: isSettled(log, group, streamId, position) }))
}

function isSettled(log: LogState, group: GroupState, streamId: StreamId, position: Position): boolean {
  const at = partitionAt(log, group, streamId)
  const lanes = [...at.lanes.values()].filter((lane) => group.order !== "stream" || lane.key === streamId)
  for (const lane of lanes) {
    if (lane.at.next > position) continue
    if (group.order === "key") return false
    for (const waiting of wantedOfLane(log, group, at, lane)) {
      if (waiting.position > position) break
      if (!group.marks.has(waiting.position)) return false
    }
  }
  const ahead =
    group.order === "stream"
      ? wantedOfStream(log, group, streamId, at.checkpoint)
      : wantedAbove(log, group, 0, at.checkpoint)
  for (const waiting of ahead) {
    if (waiting.position > position) return true
    if (!group.marks.has(waiting.position)) return false
  }
  return true
}

function* wantedOfStream(
  log: LogState,
  group: GroupState,
  streamId: StreamId,
  after: Position,
): Iterable<{ readonly position: Position }> {
  const positions = log.streams.get(streamId)?.positions ?? []
  for (let index = indexAbove(positions, after); index < positions.length; index += 1) {
    const message = messageAt(log, positions[index] ?? 0)
    if (message !== undefined && isWanted(group, message)) yield message
  }
}
