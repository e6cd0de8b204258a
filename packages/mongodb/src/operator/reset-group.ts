import {
  BackendError,
  FREE,
  type Instant,
  planReset,
  type Position,
  resolveStart,
  sinceAfterReset,
  type StartPoint,
} from "@millrace/core/backend"

import {
  editAll,
  fenced,
  fencePartition,
  type GroupState,
  type Lane,
  type PartitionState,
  setLane,
} from "../group-state.ts"
import { lastBefore } from "../last-before.ts"
import type { Log } from "../log.ts"
import { boundsOf } from "../read.ts"
import { messageAt } from "./message-at.ts"
import { noteSkips } from "./note-skips.ts"

/** How a group is to handle again what lies above the point. */
export interface ResetOptions {
  readonly types?: readonly string[]
  readonly reemit?: boolean
}

/** Moves a group back to a point, in one write: nobody sees it half reset. */
export async function resetGroup(log: Log, name: string, to: StartPoint, options: ResetOptions = {}): Promise<void> {
  const now = await log.clock.now()
  await log.groups.change(name, async (draft) => {
    const unwanted = options.types?.find((type) => !draft.types.has(type))
    if (unwanted !== undefined)
      throw new BackendError(
        "invalid",
        `group "${name}" does not want ${unwanted}: run a reactor that handles it first`,
      )
    const bounds = await boundsOf(log)
    const dated = to.at === "date" ? await lastBefore(log.database, to.date, bounds) : 0
    const point = resolveStart(to, { head: bounds.head, lastBefore: () => dated })
    draft.floor = bounds.trimmedTo
    draft.thinned = log.thinned
    for (const at of editAll(draft)) await resetPartition(log, draft, at, { point, now })
    for (const type of options.types ?? []) {
      const wanted = draft.types.get(type)
      if (wanted !== undefined)
        draft.types = new Map([...draft.types, [type, { ...wanted, since: sinceAfterReset(wanted.since, point) }]])
    }
    draft.marks = new Set([...draft.marks].filter((mark) => mark <= point))
    draft.reemit = options.reemit === true
    if (draft.reemit) draft.epoch += 1
  })
  log.news.work()
}

async function resetPartition(
  log: Log,
  draft: GroupState,
  at: PartitionState,
  { point, now }: { readonly point: Position; readonly now: Instant },
): Promise<void> {
  fencePartition(at)
  for (const lane of at.lanes.values()) setLane(at, fenced(lane))
  const lanes = await Promise.all([...at.lanes.values()].map((lane) => resetLane(log, lane)))
  const rows = [...at.rows].map(([key, replay]) => ({ key, replay }))
  const plan = planReset(
    { checkpoint: at.checkpoint, replay: at.replay, lanes, rows },
    point,
    (type) => draft.types.get(type)?.since,
  )
  if (plan === undefined) return
  at.checkpoint = plan.checkpoint
  at.replay = plan.replay
  at.rows.clear()
  for (const { key, replay } of plan.rows) at.rows.set(key, replay)
  for (const key of plan.dissolve) {
    const kept = at.lanes.get(key)?.kept
    // Its message is in the log no more: the partition can not hand it out again.
    if (kept !== undefined) noteSkips(draft, [kept.position], { how: "trimmed", at: now })
    at.lanes.delete(key)
  }
  at.hold = null
  at.lease = FREE
}

async function resetLane(log: Log, { key, single, replay, at: { next }, kept }: Lane) {
  const type = single ? (kept ?? (await messageAt(log, next)))?.type : undefined
  return { key, single, replay, next, ...(type === undefined ? {} : { type }) }
}
