import { checkInstant, checkLimit, type Instant, type MessageId, type ScheduleInfo } from "@millrace/core/backend"

import { underLock } from "../change-group.ts"
import type { Row } from "../database.ts"
import { textList } from "../list.ts"
import type { Log } from "../log.ts"
import { int, text } from "../row.ts"
import { messageOfSchedule } from "../schedules.ts"
import { cancelSchedules as cancelStatement } from "../sql/cancel-schedules.ts"
import { moveSchedules } from "../sql/move-schedules.ts"
import { selectSchedules } from "../sql/select-schedules.ts"

/** Schedules that wait, in due order. */
export async function schedules(
  log: Log,
  { limit, after }: { readonly limit: number; readonly after?: ScheduleInfo },
): Promise<readonly ScheduleInfo[]> {
  checkLimit("limit", limit)
  const rows = await log.database.read.rows(selectSchedules, after?.at ?? 0, after?.number ?? -1, limit)
  return rows.map((row) => ({ message: messageOfSchedule(text(row[2])), at: int(row[0]), number: int(row[1]) }))
}

/** Takes schedules away; their ids may be used again. */
export function cancelSchedules(log: Log, ids: readonly MessageId[]): Promise<readonly MessageId[]> {
  return told(log, () => underLock(log, async ({ on }) => idsOf(await on.rows(cancelStatement, textList(ids)))))
}

/** Moves schedules to another instant; among those of that instant they keep their number. */
export async function reschedule(log: Log, ids: readonly MessageId[], at: Instant): Promise<readonly MessageId[]> {
  checkInstant("at", at)
  return told(log, () =>
    underLock(log, async ({ on }) => idsOf(await on.rows(moveSchedules, textList(ids), Math.floor(at)))),
  )
}

async function told(log: Log, change: () => Promise<readonly MessageId[]>): Promise<readonly MessageId[]> {
  const changed = await change()
  if (changed.length > 0) log.news.schedule()
  return changed
}

function idsOf(rows: readonly Row[]): readonly MessageId[] {
  return rows.map((row) => text(row[0]))
}
