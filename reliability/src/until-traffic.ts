import { setTimeout as pause } from "node:timers/promises"

import { surely } from "./fleet/surely.ts"
import { ACCOUNTS, type Stage } from "./stage.ts"

const LOOK_MS = 100
/** How long processes may take to begin, and clients to be answered, on the slowest of machines. */
const PATIENCE_MS = 300_000

/** Resolves when every worker is at work and clients have been answered for so many messages. Throws when that does not come. */
export async function untilTraffic(stage: Stage, answered = 1): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  for (;;) {
    const stored = [...stage.journal.values()].filter((standing) => standing === "stored").length
    if (stored >= ACCOUNTS + answered && (await atWork(stage))) return
    if (performance.now() > until) {
      const ended = stage.failures.length === 0 ? "" : `: ${stage.failures.join("; ")}`
      throw new Error(`after ${PATIENCE_MS} ms the run has not come about${ended}`)
    }
    await pause(LOOK_MS, undefined, { signal: stage.signal })
  }
}

async function atWork({ operator, workers, signal }: Stage): Promise<boolean> {
  const processes = await surely(() => operator.processes(), signal)
  const live = new Set(processes.filter((one) => one.live).map(({ processName }) => processName))
  return workers.every(({ name }) => live.has(name))
}
