import { checkLimit, type Instant, type Promotion } from "@millrace/core/backend"

import { BY_DUE, BY_OPEN, type Database } from "./database.ts"
import type { ScheduleChange } from "./entry.ts"
import { finishOpen } from "./finish.ts"
import type { Log } from "./log.ts"
import type { ScheduleStored } from "./stored.ts"

/** Appends what is due, in order of (due, number), each once: the key of its firing is there once. */
export async function promote(log: Log, limit: number): Promise<Promotion> {
  checkLimit("limit", limit)
  const { database } = log
  const next = await lookAtDue(log)
  const now = await log.clock.now()
  if (next === null || next > now) return { promoted: 0, now, nextDue: next, types: [] }
  const due = await database.read(() =>
    database.schedules
      .find({ waits: 1, at: { $lte: now } }, { sort: { at: 1, _id: 1 }, limit, hint: BY_DUE })
      .toArray(),
  )
  const fired = due.length === 0 ? [] : await change(log, due.map(firing))
  const types = new Set(fired.map(({ message }) => message.type))
  return { promoted: fired.length, now, nextDue: await lookAtDue(log), types: [...types] }
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
    { appends: [], drafts: [], together: false, leases: [], numbers: [], changes: wanted.map((one) => one.change) },
    { messages: wanted.length, bytes },
  )
  if (outcome.kind === "closed") return []
  log.news.schedule()
  return wanted.flatMap(({ row }, index) => (outcome.changed[index] === true ? [row] : []))
}

const ENVELOPE = 1_000

/** What is known of schedules is looked up again when something was heard of them, and by and by. */
const DUE_GOOD_FOR_MS = 35_000
const dueOf = new WeakMap<Log, { readonly heard: number; readonly at: number; readonly due: Instant | null }>()

/** When the next schedule falls due, as far as was heard. */
export async function nextDueHeard(log: Log): Promise<Instant | null> {
  const known = dueOf.get(log)
  const isGood = known?.heard === log.schedulesHeard() && performance.now() - (known?.at ?? 0) < DUE_GOOD_FOR_MS
  return known !== undefined && isGood ? known.due : lookAtDue(log)
}

async function lookAtDue(log: Log): Promise<Instant | null> {
  const heard = log.schedulesHeard()
  const at = performance.now()
  const due = await nextDue(log.database)
  if (heard !== undefined) dueOf.set(log, { heard, at, due })
  return due
}

/** When the next schedule falls due. */
async function nextDue(database: Database): Promise<Instant | null> {
  for (;;) {
    const [[next], open] = await Promise.all([
      database.read(() =>
        database.schedules
          .find({ waits: 1 }, { sort: { at: 1 }, limit: 1, projection: { at: 1 }, hint: BY_DUE })
          .toArray(),
      ),
      database.read(() => database.commits.findOne({ open: 1 }, { projection: { _id: 1 }, hint: BY_OPEN })),
    ])
    if (open === null) return next?.at ?? null
    await finishOpen(database)
  }
}
