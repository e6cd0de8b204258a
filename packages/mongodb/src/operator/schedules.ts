import { checkInstant, checkLimit, type Instant, type MessageId, type ScheduleInfo } from "@millrace/core/backend"

import { BY_DUE } from "../database.ts"
import type { ScheduleChange } from "../entry.ts"
import { finishOpen } from "../finish.ts"
import type { Log } from "../log.ts"
import { change } from "../schedules.ts"
import { messageOf } from "../stored-message.ts"
import type { ScheduleStored } from "../stored.ts"

/** Schedules that wait, in due order. */
export async function schedules(
  { database }: Log,
  { limit, after }: { readonly limit: number; readonly after?: ScheduleInfo },
): Promise<readonly ScheduleInfo[]> {
  checkLimit("limit", limit)
  await finishOpen(database)
  const behind =
    after === undefined ? {} : { $or: [{ at: { $gt: after.at } }, { at: after.at, _id: { $gt: after.number } }] }
  const rows = await database.read(() =>
    database.schedules.find({ waits: 1, ...behind }, { sort: { at: 1, _id: 1 }, limit, hint: BY_DUE }).toArray(),
  )
  return rows.map(({ _id: number, at, message }) => ({ message: messageOf(message), at, number }))
}

/** Takes schedules away; their ids may be used again. */
export async function cancelSchedules(log: Log, ids: readonly MessageId[]): Promise<readonly MessageId[]> {
  return changeThose(log, ids, ({ _id: number, moves, id }) => ({ kind: "cancel", number, moves, id }))
}

/** Moves schedules to another instant; among those of that instant they keep their number. */
export async function reschedule(log: Log, ids: readonly MessageId[], at: Instant): Promise<readonly MessageId[]> {
  checkInstant("at", at)
  return changeThose(log, ids, ({ _id: number, moves }) => ({ kind: "move", number, moves, at }))
}

async function changeThose(
  log: Log,
  ids: readonly MessageId[],
  changeOf: (row: ScheduleStored) => ScheduleChange,
): Promise<readonly MessageId[]> {
  if (ids.length === 0) return []
  const { database } = log
  await finishOpen(database)
  const rows = await database.read(() => database.schedules.find({ id: { $in: [...ids] }, waits: 1 }).toArray())
  if (rows.length === 0) return []
  const changed = await change(
    log,
    rows.map((row) => ({ row, change: changeOf(row) })),
  )
  return changed.map(({ id }) => id)
}
