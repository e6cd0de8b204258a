import type { Operator, StartPoint } from "@millrace/core"

import type { Book } from "./book.ts"
import type { GroupAudit } from "./group-audit.ts"

/** What an operator's calls are kept account of with. */
export interface OperatorAudit {
  readonly groups: ReadonlyMap<string, GroupAudit>
  readonly book: Book
  readonly pointOf: (to: StartPoint) => Promise<number>
  /** Keeps what retention is about to remove. */
  readonly archive: (upto: number) => Promise<void>
}

/** An operator whose orders are kept account of. */
export function auditOperator(operator: Operator, { groups, book, pointOf, archive }: OperatorAudit): Operator {
  return {
    ...operator,
    async stopGroup(group, why) {
      await operator.stopGroup(group, why)
      const stopped = groups.get(group)
      if (stopped === undefined) return
      stopped.held.clear()
      stopped.touched = true
    },
    async resetGroup(name, to, options) {
      const point = await pointOf(to)
      await operator.resetGroup(name, to, options)
      const group = groups.get(name)
      if (group !== undefined) reset(group, point, options?.reemit === true)
    },
    async skip(name, position) {
      await operator.skip(name, position)
      const group = groups.get(name)
      if (group !== undefined) excuse(group, position)
    },
    async retryLanes(name, keys) {
      const count = await operator.retryLanes(name, keys)
      const group = groups.get(name)
      for (const key of group?.parked.keys() ?? [])
        if (keys === undefined || keys.includes(key)) group?.parked.delete(key)
      if (keys !== undefined) letGo(group, keys)
      return count
    },
    async discardLane(name, key) {
      const [lane] = await operator
        .lanes({ group: name, limit: 10_000 })
        .then((all) => all.filter((one) => one.key === key))
      await operator.discardLane(name, key)
      const group = groups.get(name)
      if (group !== undefined && lane !== undefined) excuse(group, lane.next)
    },
    async cancelSchedules(ids) {
      const cancelled = await operator.cancelSchedules(ids)
      book.cancelled(cancelled)
      return cancelled
    },
    async reschedule(ids, at) {
      const moved = await operator.reschedule(ids, at)
      book.moved(moved, at)
      return moved
    },
    async trim(upto, options) {
      await archive(upto)
      return operator.trim(upto, options)
    },
  }
}

function letGo(group: GroupAudit | undefined, keys: readonly string[]): void {
  for (const held of group?.held.values() ?? []) if (held.of === "lane" && keys.includes(held.key)) held.until = 0
}

/** A message is passed over; whoever held it holds it no more. */
function excuse(group: GroupAudit, position: number): void {
  group.excused.add(position)
  group.touched = true
  group.failures.delete(position)
  for (const [key, parked] of group.parked) if (parked === position) group.parked.delete(key)
  for (const held of group.held.values()) held.until = 0
}

/** What was handled above the point was handled before; it is to be handled again. */
function reset(group: GroupAudit, point: number, reemit: boolean): void {
  group.touched = true
  group.lastOf.clear()
  for (const [position, key] of group.handled) {
    if (position > point) {
      group.handled.delete(position)
      group.before.add(position)
    } else group.lastOf.set(key, Math.max(position, group.lastOf.get(key) ?? 0))
  }
  for (const position of group.excused) {
    if (position <= point) continue
    group.excused.delete(position)
    group.unsure.add(position)
  }
  for (const position of group.failures.keys()) if (position > point) forget(group, position)
  for (const [key, position] of group.parked) if (position > point) group.parked.delete(key)
  group.held.clear()
  group.reemit = reemit
  group.resets += 1
  if (reemit) group.epoch += 1
}

function forget(group: GroupAudit, position: number): void {
  group.failures.delete(position)
  group.uncounted.add(position)
}
