import { type LogStats, TRIMMED_CATEGORIES, trimmedCategory } from "@millrace/core/backend"

import { load } from "../change.ts"
import { keyPrefix, logKey } from "../connection.ts"
import { readDocuments } from "../documents.ts"
import { hashAt } from "../hash-at.ts"
import type { Log } from "../log.ts"
import { int, list } from "../reply.ts"

/** The most trimmed categories that are told. */
const MOST_CATEGORIES = 10_000

/** Figures of the whole log. */
export async function stats(log: Log): Promise<LogStats> {
  const { connection, settings } = log
  const prefix = keyPrefix(settings)
  const [head, trimmedTo, messages] = list(
    await connection.ask("HMGET", logKey(settings), "head", "trimmed", "messages"),
  ).map((value) => int(value ?? 0))
  const { read } = await load(log, { partition: "none" })
  const wanted = new Set(read.groups.flatMap((group) => [...group.types.keys()]))
  const commands = await hashAt(log, `${prefix}commands`)
  const trimmed = await readDocuments(log, { collection: TRIMMED_CATEGORIES, limit: MOST_CATEGORIES })
  return {
    name: settings.prefix,
    messages: messages ?? 0,
    streams: int(await connection.ask("ZCARD", `${prefix}streams`)),
    head: head ?? 0,
    trimmedTo: trimmedTo ?? 0,
    schedules: int(await connection.ask("ZCARD", `${prefix}due`)),
    unhandled: [...commands]
      .filter(([type]) => !wanted.has(type))
      .map(([type, count]) => ({ type, messages: int(count) }))
      .sort((a, b) => (a.type < b.type ? -1 : 1)),
    trimmed: trimmed.map(({ id, value }) => trimmedCategory(id, value)),
  }
}
