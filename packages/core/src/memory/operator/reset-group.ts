import { BackendError } from "../../backend/errors.ts"
import { FREE } from "../../backend/rules/lease-state.ts"
import { planReset } from "../../backend/rules/plan-reset.ts"
import { sinceAfterReset } from "../../backend/rules/replay-after-reset.ts"
import { resolveStart } from "../../backend/rules/resolve-start.ts"
import type { Position } from "../../message/ids.ts"
import type { StartPoint } from "../../stream/start-point.ts"
import { fence, findGroup } from "../find-group.ts"
import type { GroupState, PartitionState } from "../group-state.ts"
import { headOf, lastRecordedBefore, type LogState, messageAt } from "../log-state.ts"
import { noteSkips } from "./note-skips.ts"

/** How a group is to handle again what lies above the point. */
export interface ResetOptions {
  readonly types?: readonly string[]
  readonly reemit?: boolean
}

/** Moves a group back to a point. */
export function resetGroup(log: LogState, name: string, to: StartPoint, options: ResetOptions = {}): void {
  const group = findGroup(log, name)
  const unwanted = options.types?.find((type) => !group.types.has(type))
  if (unwanted !== undefined)
    throw new BackendError("invalid", `group "${name}" does not want ${unwanted}: run a reactor that handles it first`)
  const point = resolveStart(to, { head: headOf(log), lastBefore: (date) => lastRecordedBefore(log, date) })
  for (const at of group.partitions) resetPartition(log, group, at, point)
  for (const type of options.types ?? []) {
    const wanted = group.types.get(type)
    if (wanted !== undefined)
      group.types = new Map([...group.types, [type, { ...wanted, since: sinceAfterReset(wanted.since, point) }]])
  }
  group.marks = new Set([...group.marks].filter((mark) => mark <= point))
  group.reemit = options.reemit === true
  if (group.reemit) group.epoch += 1
  log.news.work = true
}

function resetPartition(log: LogState, group: GroupState, at: PartitionState, point: Position): void {
  fence(at)
  for (const lane of at.lanes.values()) fence(lane)
  const lanes = [...at.lanes.values()].map(({ key, single, replay, at: { next }, kept }) => {
    const type = (kept ?? messageAt(log, next))?.type
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
    if (kept !== undefined) noteSkips(log, group, [kept.position], "trimmed")
    at.lanes.delete(key)
  }
  at.hold = null
  at.lease = FREE
}
