import {
  checkPosition,
  type Operator,
  type Position,
  type StoredMessage,
  type TrimResult,
} from "@millrace/core/backend"

import { change, type Work } from "../change.ts"
import type { GroupState, Lane, PartitionState } from "../group-state.ts"
import type { Log } from "../log.ts"
import { ask } from "../questions.ts"
import { int, list } from "../reply.ts"
import { scripts } from "../scripts.ts"
import { fence } from "../stop-group.ts"
import { firstWaiting, wantedBetween, wantedOfLane } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"

type Options = NonNullable<Parameters<Operator["trim"]>[1]>

/** The most messages that one script removes. */
const AT_ONCE = 150

/** Removes messages up to a position, as far as the groups have settled them, or with `force` whatever they have. */
export async function trim(log: Log, upto: Position, { force = false }: Options = {}): Promise<TrimResult> {
  checkPosition("upto", upto)
  const { target, held } = await change(log, {}, async (work) => {
    const asked = Math.min(upto, work.head)
    const bounds: { readonly group: GroupState; readonly settledTo: Position }[] = []
    for (const group of work.groups) bounds.push({ group, settledTo: await settledTo(log, group) })
    const behind = bounds.filter((bound) => bound.settledTo < asked)
    if (!force)
      return {
        target: Math.min(asked, ...behind.map((bound) => bound.settledTo)),
        held: behind.map(({ group }) => group.name),
      }
    work.evenWhenFull = true
    for (const { group } of behind) for (const at of group.partitions) await passOver(log, work, group, at, asked)
    return { target: asked, held: [] }
  })
  let [removed, trimmedTo, goesOn] = [0, 0, 0]
  do {
    const [some, done, left] = list(await log.run(scripts.trim, [target, AT_ONCE, goesOn])).map(int)
    removed += some ?? 0
    trimmedTo = done ?? target
    goesOn = trimmedTo < target || left === 1 ? 1 : 0
  } while (goesOn === 1)
  return { removed, trimmedTo, heldBackBy: held.sort() }
}

/** How far a group has settled everything it wants. */
async function settledTo(log: Log, group: GroupState): Promise<Position> {
  let lowest = Number.POSITIVE_INFINITY
  const first = await ask(
    log,
    group.partitions.map((at) => firstWaiting(group, at)),
  )
  for (const waiting of first) if (waiting !== undefined) lowest = Math.min(lowest, waiting.position - 1)
  for (const at of group.partitions)
    for (const lane of at.lanes.values()) lowest = Math.min(lowest, await settledToOf(log, group, at, lane))
  return lowest
}

/** How far the log may go without taking anything from a lane: the message that it keeps itself needs no place there. */
async function settledToOf(log: Log, group: GroupState, at: PartitionState, lane: Lane): Promise<Position> {
  if (lane.kept === undefined) return lane.at.next - 1
  for await (const { position } of wantedOfLane(log, group, at, lane))
    if (position > lane.kept.position) return position - 1
  return Number.POSITIVE_INFINITY
}

/** Before a forced trim: each lane keeps the message it waits at; whatever else the group loses is listed. */
async function passOver(log: Log, work: Work, group: GroupState, at: PartitionState, target: Position): Promise<void> {
  const lost: Position[] = []
  for (const lane of at.lanes.values()) {
    const ahead: StoredMessage[] = []
    for await (const message of wantedOfLane(log, group, at, lane))
      if (message.position <= target && !group.marks.has(message.position)) ahead.push(message)
    const kept = ahead[0]
    if (kept === undefined) continue
    lane.kept = lane.kept ?? kept
    fence(lane)
    // In key order most of what a lane can see is of other keys, which have settled it.
    if (group.order === "stream") lost.push(...ahead.slice(1).map(({ position }) => position))
  }
  if (at.checkpoint < target) {
    for await (const { position } of wantedBetween(log, group, at.partition, { after: at.checkpoint, upto: target }))
      lost.push(position)
    at.checkpoint = target
    at.hold = null
    fence(at)
  }
  const unmarked = lost.filter((position) => !group.marks.has(position)).sort((a, b) => a - b)
  noteSkips(work, group, unmarked, "trimmed")
  work.news.work = true
}
