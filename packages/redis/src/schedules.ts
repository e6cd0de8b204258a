import { checkLimit, type Promotion } from "@millrace/core/backend"

import type { Log } from "./log.ts"
import { int, list, text } from "./reply.ts"
import { scripts } from "./scripts.ts"

/** The most schedules of one script. */
const AT_ONCE = 200

/** Appends the schedules that are due, in order of (due, number). */
export async function promote(log: Log, limit: number): Promise<Promotion> {
  checkLimit("limit", limit)
  const types = new Set<string>()
  for (let promoted = 0; ;) {
    const wanted = Math.min(AT_ONCE, limit - promoted)
    const [now, due, appended] = list(await log.run(scripts.promote, [wanted]))
    const some = list(appended).map(text)
    for (const type of some) types.add(type)
    promoted += some.length
    if (some.length < wanted || promoted === limit)
      return { promoted, now: int(now), nextDue: due === "" ? null : int(due), types: [...types] }
  }
}
