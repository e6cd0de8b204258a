import { setTimeout as pause } from "node:timers/promises"

import type { Finding } from "../audit/findings.ts"
import type { Crew } from "./crew/hire.ts"
import { Stats } from "./member/asks.ts"

const LOOK_MS = 50
/** How long workers may take to settle what waits, on the slowest of machines. */
const PATIENCE_MS = 300_000

/** Waits until nothing waits any more, schedules included or not. What still does after a long while, or waits for a person, is a finding. */
export async function untilIdle(
  { operator }: Pick<Crew, "operator">,
  signal: AbortSignal,
  what: "all" | "all but schedules" = "all",
): Promise<readonly Finding[]> {
  for (const until = performance.now() + PATIENCE_MS; ;) {
    const { lag, schedules, retrying, parked, stopped } = await operator.ask({ ask: "stats" }, Stats)
    const behind = lag.filter(([, messages]) => messages > 0)
    const scheduled = what === "all" && schedules > 0
    if (behind.length === 0 && !scheduled && retrying === 0) return []
    if (performance.now() > until || parked > 0 || stopped.length > 0)
      return [
        ...stopped.map((says): Finding => ({ kind: "progress", says: `a group has stopped: ${says}` })),
        ...behind.map(([group, messages]): Finding => ({ kind: "progress", says: `${group} is ${messages} behind` })),
        {
          kind: "lanes",
          says: `${retrying} streams are retried, ${parked} are set aside; ${schedules} schedules wait`,
        },
      ]
    await pause(LOOK_MS, undefined, { signal })
  }
}
