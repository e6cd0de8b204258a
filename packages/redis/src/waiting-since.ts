import type { Instant, Position } from "@millrace/core/backend"

import type { GroupState, PartitionState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { ask, askOne, messagesAt } from "./questions.ts"
import { read } from "./read.ts"
import { END, firstWaiting, wantedBetween, wantedOfLane } from "./waiting.ts"

/** When the oldest message was recorded that a group wants and has not settled; `undefined` when there is none. */
export async function waitingSince(log: Log, group: GroupState): Promise<Instant | undefined> {
  const recorded: Instant[] = []
  const ahead: Position[] = []
  const firsts = await ask(
    log,
    group.partitions.map((at) => firstWaiting(group, at)),
  )
  for (const [index, at] of group.partitions.entries()) {
    const first = firsts[index]?.position
    const waiting = first !== undefined && group.marks.has(first) ? await firstUnmarked(log, group, at) : first
    if (waiting !== undefined) ahead.push(waiting)
    for (const lane of at.lanes.values()) {
      if (group.order !== "stream") {
        if (lane.kept === undefined) ahead.push(lane.at.next)
        else recorded.push(Date.parse(lane.kept.recordedAt))
        continue
      }
      for await (const { position, recordedAt } of wantedOfLane(log, group, at, lane)) {
        if (group.marks.has(position)) continue
        recorded.push(Date.parse(recordedAt))
        break
      }
    }
  }
  if (ahead.length > 0) {
    const lowest = Math.min(...ahead)
    const [there] = await askOne(log, messagesAt([lowest]))
    const oldest = there ?? (await read(log, { from: "log", after: lowest - 1, limit: 1 })).messages[0]
    if (oldest !== undefined) recorded.push(Date.parse(oldest.recordedAt))
  }
  return recorded.length === 0 ? undefined : Math.min(...recorded)
}

/** The first waiting message of a partition that is not skipped. */
async function firstUnmarked(
  log: Log,
  group: GroupState,
  { partition, checkpoint }: PartitionState,
): Promise<Position | undefined> {
  for await (const { position } of wantedBetween(log, group, partition, { after: checkpoint, upto: END }))
    if (!group.marks.has(position)) return position
  return undefined
}
