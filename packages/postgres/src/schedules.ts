import { type Append, BackendError, checkLimit, type Message, type Promotion } from "@millrace/core/backend"

import { store, told } from "./append.ts"
import { underLock } from "./change-group.ts"
import { numberList } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import { planAppends } from "./plan-appends.ts"
import { int, intOrNull, text } from "./row.ts"
import { deleteSchedules } from "./sql/delete-schedules.ts"
import { selectDueSchedules } from "./sql/select-due-schedules.ts"
import { selectNextDue } from "./sql/select-next-due.ts"
import { storedJson } from "./stored-json.ts"

/** Appends what is due, in order of (due, number), under the log's lock. Where nothing is due it is one look. */
export async function promote(log: Log, limit: number): Promise<Promotion> {
  checkLimit("limit", limit)
  const [look] = await log.database.read.rows(selectNextDue, clockOf(log))
  const next = intOrNull(look?.[1])
  if (next === null || next > int(look?.[0])) return { promoted: 0, now: int(look?.[0]), nextDue: next, types: [] }
  return underLock(log, async ({ on, now }) => {
    const due = (await on.rows(selectDueSchedules, now, limit)).map((row) => ({
      number: int(row[0]),
      message: messageOfSchedule(text(row[1])),
    }))
    await on.count(deleteSchedules, numberList(due.map(({ number }) => number)))
    const appends = due.map(({ message }): Append => ({
      streams: [{ streamId: message.streamId, expected: "any", messages: [message] }],
    }))
    const plan = planAppends(appends, log.holds)
    const verdicts = plan === undefined ? undefined : await store(log, on, plan)
    if (verdicts === undefined || verdicts.some(({ kind }) => kind !== "appended"))
      throw new BackendError("corrupt", `${log.database.where}: a scheduled message is stored already`)
    told(log, appends, verdicts)
    const [left] = await on.rows(selectNextDue, now)
    const types = [...new Set(due.map(({ message }) => message.type))]
    return { promoted: due.length, now, nextDue: intOrNull(left?.[1]), types }
  })
}

/** The message of a schedule as it is stored. */
export function messageOfSchedule(stored: string): Message {
  return storedJson<Message>(stored)
}
