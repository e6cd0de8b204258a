import {
  checkPosition,
  type Instant,
  partitionOf,
  type Position,
  type StoredMessage,
  type TrimResult,
} from "@millrace/core/backend"

import { count } from "../counts.ts"
import { finishOpen } from "../finish.ts"
import {
  edit,
  fenced,
  fencePartition,
  type GroupState,
  type Lane,
  type PartitionState,
  setLane,
} from "../group-state.ts"
import { isWanted, ofLog, wantedOfLane } from "../lane-messages.ts"
import type { Log } from "../log.ts"
import { lookAhead } from "../look-ahead.ts"
import { boundsOf } from "../read.ts"
import { dropMessages } from "./drop-messages.ts"
import { keepAnswers } from "./keep-answers.ts"
import { noteSkips } from "./note-skips.ts"

/** Removes messages up to a position, as far as the groups have settled them, or with `force` whatever they have. */
export async function trim(
  log: Log,
  upto: Position,
  { force = false }: { readonly force?: boolean } = {},
): Promise<TrimResult> {
  checkPosition("upto", upto)
  await finishOpen(log.database)
  await dropMessages(log, undefined)
  const before = await boundsOf(log)
  const asked = Math.min(upto, before.head)
  const groups = await log.groups.fresh()
  const bounds = await Promise.all(groups.map(async (group) => ({ group, to: await settledTo(log, group) })))
  const held = bounds.filter(({ to }) => to < asked)
  const target = force ? asked : Math.min(asked, ...held.map(({ to }) => to))
  const now = await log.clock.now()
  if (force)
    for (const { group } of held) await log.groups.change(group.name, (draft) => passOver(log, draft, { target, now }))
  let removed = 0
  if (target > before.trimmedTo) {
    await keepAnswers(log, await log.groups.fresh(), target)
    await count(log, before.head)
    removed = await dropMessages(log, { from: before.trimmedTo, to: target })
  }
  return {
    removed,
    trimmedTo: Math.max(target, before.trimmedTo),
    heldBackBy: force ? [] : held.map(({ group }) => group.name).toSorted(),
  }
}

/** How far a group has settled everything it wants. */
async function settledTo(log: Log, group: GroupState): Promise<Position> {
  let lowest = Number.POSITIVE_INFINITY
  const ahead = log.ahead(group.id)
  await lookAhead(log, [group])
  for (const at of group.partitions) {
    const waiting = ahead.first(group, at.partition)
    if (waiting !== undefined) lowest = Math.min(lowest, waiting.position - 1)
    for (const lane of at.lanes.values()) lowest = Math.min(lowest, await settledToOf(log, group, at, lane))
  }
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
async function passOver(
  log: Log,
  draft: GroupState,
  { target, now }: { readonly target: Position; readonly now: Instant },
): Promise<void> {
  const lost: Position[] = []
  for (const { partition, lanes } of draft.partitions) {
    for (const lane of lanes.values())
      lost.push(...(await keepFirst(log, draft, edit(draft, partition), { lane, target })))
  }
  const behind = draft.partitions.filter(({ checkpoint }) => checkpoint < target)
  const lowest = Math.min(target, ...behind.map(({ checkpoint }) => checkpoint))
  for await (const message of ofLog(log, lowest, target)) {
    const at = draft.partitions[draft.order === "stream" ? partitionOf(message.streamId, log.partitions) : 0]
    if (at !== undefined && message.position > at.checkpoint && isWanted(draft, message)) lost.push(message.position)
  }
  for (const { partition } of behind) {
    const at = edit(draft, partition)
    at.checkpoint = target
    at.hold = null
    fencePartition(at)
  }
  const unmarked = lost.filter((position) => !draft.marks.has(position)).toSorted((one, other) => one - other)
  noteSkips(draft, unmarked, { how: "trimmed", at: now })
}

/** Answers what a lane loses beside the message that it keeps. */
async function keepFirst(
  log: Log,
  draft: GroupState,
  at: PartitionState,
  { lane, target }: { readonly lane: Lane; readonly target: Position },
): Promise<readonly Position[]> {
  const ahead: StoredMessage[] = []
  for await (const message of wantedOfLane(log, draft, at, lane)) {
    if (message.position > target) break
    if (!draft.marks.has(message.position)) ahead.push(message)
  }
  const kept = lane.kept ?? ahead[0]
  if (ahead.length === 0 || kept === undefined) return []
  setLane(at, { ...fenced(lane), kept })
  // In key order most of what a lane can see is of other keys, which have settled it.
  return draft.order === "stream" ? ahead.slice(1).map(({ position }) => position) : []
}
