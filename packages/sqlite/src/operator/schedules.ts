import { checkInstant, checkLimit, type Instant, type MessageId, type ScheduleInfo } from "@millrace/core/backend"

import type { Connection } from "../connection.ts"
import { int, text } from "../row.ts"
import { messageOfSchedule } from "../schedules.ts"
import { deleteScheduleById } from "../sql/delete-schedule-by-id.ts"
import { moveSchedule } from "../sql/move-schedule.ts"
import { selectSchedules } from "../sql/select-schedules.ts"
import type { Writing } from "../transaction.ts"

/** Schedules that wait, in due order. */
export function listSchedules(
  db: Connection,
  { limit, after }: { readonly limit: number; readonly after?: ScheduleInfo },
): readonly ScheduleInfo[] {
  checkLimit("limit", limit)
  const rows = db.all(selectSchedules, after?.at ?? Number.MIN_SAFE_INTEGER, after?.number ?? 0, limit)
  return rows.map((row) => ({ message: messageOfSchedule(text(row[2])), at: int(row[1]), number: int(row[0]) }))
}

/** Takes schedules away; their ids may be used again. */
export function cancelSchedules({ db, news }: Writing, ids: readonly MessageId[]): readonly MessageId[] {
  const cancelled = ids.filter((id) => db.get(deleteScheduleById, id) !== undefined)
  news.schedule ||= cancelled.length > 0
  return cancelled
}

/** Moves schedules to another instant; among those of that instant they keep their number. */
export function reschedule({ db, news }: Writing, ids: readonly MessageId[], at: Instant): readonly MessageId[] {
  checkInstant("at", at)
  const moved = ids.filter((id) => db.get(moveSchedule, id, Math.ceil(at)) !== undefined)
  news.schedule ||= moved.length > 0
  return moved
}
