import { setTimeout as pause } from "node:timers/promises"

import type { Crew } from "./crew/hire.ts"
import { Stats } from "./member/asks.ts"

/** A look costs the storage something, too. */
const LOOK_MS = 100
/** How long workers may take to come near, on the slowest of machines. */
const PATIENCE_MS = 300_000

/** Waits until no group is more than so many messages behind. Throws where one does not come near. */
export async function untilNear(
  { operator }: Pick<Crew, "operator">,
  most: number,
  signal: AbortSignal,
): Promise<void> {
  for (const until = performance.now() + PATIENCE_MS; ;) {
    const { lag, stopped } = await operator.ask({ ask: "stats" }, Stats)
    const behind = lag.filter(([, messages]) => messages > most)
    if (behind.length === 0) return
    if (stopped.length > 0) throw new Error(`a group has stopped: ${stopped[0]}`)
    if (performance.now() > until) throw new Error(`groups stay behind: ${behind.map(([group]) => group).join(", ")}`)
    await pause(LOOK_MS, undefined, { signal })
  }
}
