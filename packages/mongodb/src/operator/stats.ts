import { type LogStats, TRIMMED_CATEGORIES, trimmedCategory } from "@millrace/core/backend"

import { count } from "../counts.ts"
import { readDocuments } from "../documents.ts"
import { finishOpen } from "../finish.ts"
import type { Log } from "../log.ts"
import { nameKey } from "../name-key.ts"
import { boundsOf } from "../read.ts"

/** The most trimmed categories that are told. */
const MOST_CATEGORIES = 10_000

/** Figures of the whole log. */
export async function stats(log: Log): Promise<LogStats> {
  const { database } = log
  await finishOpen(database)
  const { head, trimmedTo } = await boundsOf(log)
  const tail = await count(log, head)
  const fresh = [...tail.streams.keys()].map(nameKey)
  const [streams, known, schedules, types, groups] = await Promise.all([
    database.read(() => database.streams.countDocuments()),
    fresh.length === 0 ? 0 : database.read(() => database.streams.countDocuments({ _id: { $in: fresh } })),
    database.read(() => database.schedules.countDocuments({ waits: 1 })),
    database.read(() => database.types.find().toArray()),
    database.read(() => database.groups.find({}, { projection: { "types.type": 1 } }).toArray()),
  ])
  const wanted = new Set(groups.flatMap((group) => group.types.map(({ type }) => type)))
  const commands = new Map(types.map(({ type, commands: counted }) => [type, counted]))
  for (const [type, { commands: more }] of tail.types) commands.set(type, (commands.get(type) ?? 0) + more)
  const unhandled = [...commands]
    .filter(([type, messages]) => messages > 0 && !wanted.has(type))
    .map(([type, messages]) => ({ type, messages }))
  const trimmed = await readDocuments(database, { collection: TRIMMED_CATEGORIES, limit: MOST_CATEGORIES })
  const messagesOf = (some: Iterable<{ readonly messages: number }>): number =>
    [...some].reduce((sum, { messages }) => sum + messages, 0)
  return {
    name: database.name,
    messages: trimmed.length === 0 ? head - trimmedTo : messagesOf(types) + messagesOf(tail.types.values()),
    streams: streams + fresh.length - known,
    head,
    trimmedTo,
    schedules,
    unhandled: unhandled.toSorted((one, other) => (one.type < other.type ? -1 : 1)),
    trimmed: trimmed.map(({ id, value }) => trimmedCategory(id, value)),
  }
}
