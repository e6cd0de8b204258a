import { type Append, BackendError, checkLimit, type Message, type Promotion } from "@millrace/core/backend"

import { appendAll, type AppendRoom } from "./append.ts"
import { int, text } from "./row.ts"
import { deleteSchedule } from "./sql/delete-schedule.ts"
import { selectDueSchedules } from "./sql/select-due-schedules.ts"
import { selectNextSchedule } from "./sql/select-next-schedule.ts"
import { storedJson } from "./stored-json.ts"
import type { Writing } from "./transaction.ts"

/** Appends the schedules that are due, in order of (due, number). */
export function promote(writing: Writing, limit: number, room: AppendRoom): Promotion {
  checkLimit("limit", limit)
  const { db, now } = writing
  const rows = db.all(selectDueSchedules, now, limit)
  const messages = rows.map((row) => messageOfSchedule(text(row[2])))
  for (const row of rows) db.run(deleteSchedule, int(row[0]))
  // What was accepted once is appended, whatever size is accepted now.
  const accepting = { ...room, maxMessageBytes: Number.MAX_SAFE_INTEGER }
  for (const verdict of appendAll(writing, messages.map(alone), accepting)) {
    if (verdict.kind !== "appended")
      throw new BackendError("corrupt", `a schedule can not be appended: ${JSON.stringify(verdict)}`)
  }
  const next = db.get(selectNextSchedule)
  return {
    promoted: messages.length,
    now,
    nextDue: next === undefined ? null : int(next[0]),
    types: [...new Set(messages.map(({ type }) => type))],
  }
}

/** A scheduled message from its JSON. */
export function messageOfSchedule(json: string): Message {
  return storedJson<Message>(json)
}

function alone(message: Message): Append {
  return { streams: [{ streamId: message.streamId, expected: "any", messages: [message] }] }
}
