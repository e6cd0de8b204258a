import type { Instant, Position } from "@millrace/core/backend"

import type { Log } from "./log.ts"
import { int } from "./reply.ts"
import { scripts } from "./scripts.ts"

/** The last position recorded before an instant; what is trimmed counts as recorded before. */
export async function lastBefore(log: Log, date: Instant): Promise<Position> {
  return int(await log.run(scripts.lastBefore, [date]))
}
