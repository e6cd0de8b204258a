import { checkInstant, checkLimit, type Instant, type MessageId, type ScheduleInfo } from "@millrace/core/backend"

import type { Log } from "../log.ts"
import { messageOf } from "../message-entry.ts"
import { int, list, text } from "../reply.ts"
import { scripts } from "../scripts.ts"

/** The most schedules of one script. */
const AT_ONCE = 500

/** Schedules that wait, in due order. */
export async function schedules(
  log: Log,
  { limit, after }: { readonly limit: number; readonly after?: ScheduleInfo },
): Promise<readonly ScheduleInfo[]> {
  checkLimit("limit", limit)
  const found: ScheduleInfo[] = []
  for (let last = after; found.length < limit; last = found.at(-1)) {
    const wanted = Math.min(AT_ONCE, limit - found.length)
    const some = list(await log.run(scripts.listSchedules, [wanted, last?.at ?? "", last?.number ?? ""])).map(infoOf)
    found.push(...some)
    if (some.length < wanted) break
  }
  return found
}

function infoOf(answer: unknown): ScheduleInfo {
  const [at, number, words] = list(answer)
  const [id = "", type = "", kind = "", correlation = "", body = "", stream = ""] = list(words).map((word) =>
    text(typeof word === "number" ? String(word) : word),
  )
  return { message: messageOf([id, type, kind, correlation, body, stream]), at: Number(at), number: int(number) }
}

/** Takes schedules away; their ids may be used again. */
export function cancelSchedules(log: Log, ids: readonly MessageId[]): Promise<readonly MessageId[]> {
  return moveTo(log, ids, "")
}

/** Moves schedules to another instant; among those of that instant they keep their number. */
export async function reschedule(log: Log, ids: readonly MessageId[], at: Instant): Promise<readonly MessageId[]> {
  checkInstant("at", at)
  return moveTo(log, ids, Math.ceil(at))
}

async function moveTo(log: Log, ids: readonly MessageId[], at: Instant | ""): Promise<readonly MessageId[]> {
  const moved: MessageId[] = []
  for (let from = 0; from < ids.length; from += AT_ONCE)
    moved.push(...list(await log.run(scripts.moveSchedules, [at, ...ids.slice(from, from + AT_ONCE)])).map(text))
  return moved
}
