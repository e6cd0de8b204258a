import { checkLimit, type Instant, type Promotion } from "@millrace/core/backend"

import type { Database } from "./database.ts"
import type { ScheduleChange } from "./entry.ts"
import { finishOpen } from "./finish.ts"
import type { Log } from "./log.ts"
import type { ScheduleStored } from "./stored.ts"

/** Appends what is due, in order of (due, number), each once: the key of its firing is there once. */
export async function promote(log: Log, limit: number): Promise<Promotion> {
  checkLimit("limit", limit)
  const { database } = log
  const next = await nextDue(database)
  const now = await log.clock.now()
  if (next === null || next > now) return { promoted: 0, now, nextDue: next, types: [] }
  const due = await database.read(() =>
    database.schedules.find({ waits: 1, at: { $lte: now } }, { sort: { at: 1, _id: 1 }, limit }).toArray(),
  )
  const fired = due.length === 0 ? [] : await change(log, due.map(firing))
  const types = new Set(fired.map(({ message }) => message.type))
  return { promoted: fired.length, now, nextDue: await nextDue(database), types: [...types] }
}

function firing(row: ScheduleStored): { readonly row: ScheduleStored; readonly change: ScheduleChange } {
  return { row, change: { kind: "fire", number: row._id, moves: row.moves, message: row.message } }
}

/** Changes schedules; answers those whose change was ours. The others were fired, cancelled or moved by somebody else. */
export async function change(
  log: Log,
  wanted: readonly { readonly row: ScheduleStored; readonly change: ScheduleChange }[],
): Promise<readonly ScheduleStored[]> {
  const bytes = wanted.reduce((sum, { row }) => sum + row.message.payload.length * 2 + ENVELOPE, 0)
  const { outcome } = await log.writer.write(
    { appends: [], together: false, leases: [], numbers: [], changes: wanted.map((one) => one.change) },
    { messages: wanted.length, bytes },
  )
  if (outcome.kind === "closed") return []
  log.news.schedule()
  return wanted.flatMap(({ row }, index) => (outcome.changed[index] === true ? [row] : []))
}

const ENVELOPE = 1_000

/** When the next schedule falls due. */
export async function nextDue(database: Database): Promise<Instant | null> {
  for (;;) {
    const [[next], open] = await Promise.all([
      database.read(() =>
        database.schedules.find({ waits: 1 }, { sort: { at: 1 }, limit: 1, projection: { at: 1 } }).toArray(),
      ),
      database.read(() => database.commits.findOne({ open: 1 }, { projection: { _id: 1 } })),
    ])
    if (open === null) return next?.at ?? null
    await finishOpen(database)
  }
}
