import {
  BackendError,
  FREE,
  type Operator,
  planReset,
  type Position,
  resolveStart,
  sinceAfterReset,
  type StartPoint,
  type StoredMessage,
} from "@millrace/core/backend"

import { change, type Work } from "../change.ts"
import type { GroupState, PartitionState } from "../group-state.ts"
import { lastBefore } from "../last-before.ts"
import type { Log } from "../log.ts"
import { fence } from "../stop-group.ts"
import { messagesByPosition } from "../waiting.ts"
import { noteSkips } from "./note-skips.ts"

type Options = NonNullable<Parameters<Operator["resetGroup"]>[2]>

/** Moves a group back to a point. */
export async function resetGroup(log: Log, name: string, to: StartPoint, options: Options = {}): Promise<void> {
  await change(log, { names: [name] }, async (work) => {
    const group = work.group(name)
    const unwanted = options.types?.find((type) => !group.types.has(type))
    if (unwanted !== undefined)
      throw new BackendError(
        "invalid",
        `group "${name}" does not want ${unwanted}: run a reactor that handles it first`,
      )
    const recorded = to.at === "date" && Number.isFinite(to.date) ? await lastBefore(log, to.date) : 0
    const point = resolveStart(to, { head: work.head, lastBefore: () => recorded })
    const waiting = group.partitions.flatMap((at) => [...at.lanes.values()].map((lane) => lane.at.next))
    const found = await messagesByPosition(log, waiting)
    for (const at of group.partitions) resetPartition(work, group, at, { point, found })
    for (const type of options.types ?? []) {
      const wanted = group.types.get(type)
      if (wanted !== undefined)
        group.types = new Map([...group.types, [type, { ...wanted, since: sinceAfterReset(wanted.since, point) }]])
    }
    for (const mark of group.marks) if (mark > point) group.marks.delete(mark)
    group.reemit = options.reemit === true
    if (group.reemit) group.epoch += 1
    work.news.work = true
  })
}

function resetPartition(
  work: Work,
  group: GroupState,
  at: PartitionState,
  { point, found }: { readonly point: Position; readonly found: ReadonlyMap<Position, StoredMessage> },
): void {
  fence(at)
  for (const lane of at.lanes.values()) fence(lane)
  const lanes = [...at.lanes.values()].map(({ key, single, replay, at: { next }, kept }) => {
    const type = (kept ?? found.get(next))?.type
    return { key, single, replay, next, ...(type === undefined ? {} : { type }) }
  })
  const rows = [...at.rows].map(([key, replay]) => ({ key, replay }))
  const plan = planReset(
    { checkpoint: at.checkpoint, replay: at.replay, lanes, rows },
    point,
    (type) => group.types.get(type)?.since,
  )
  if (plan === undefined) return
  at.checkpoint = plan.checkpoint
  at.replay = plan.replay
  at.rows.clear()
  for (const { key, replay } of plan.rows) at.rows.set(key, replay)
  for (const key of plan.dissolve) {
    const kept = at.lanes.get(key)?.kept
    // Its message is in the log no more: the partition can not hand it out again.
    if (kept !== undefined) noteSkips(work, group, [kept.position], "trimmed")
    at.lanes.delete(key)
  }
  at.hold = null
  at.lease = FREE
}
