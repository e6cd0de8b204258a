import { setTimeout as pause } from "node:timers/promises"

import { auditAtWork, type Known, type Stage as AuditStage } from "./audit/audit.ts"
import { surely } from "./fleet/surely.ts"
import type { Stage } from "./stage.ts"

/** How long everything may take to come to rest once nothing is disturbed any more. */
const PATIENCE_MS = 300_000
const FIRST_LOOK_MS = 200
const MOST_BETWEEN_LOOKS_MS = 3_000

/** Waits until the storage itself says that nothing is left to do. Gives up when it does not come to rest: what is missing then is for the audit to say. */
export async function untilSettled(stage: Stage, known: Known, at: AuditStage): Promise<void> {
  const until = performance.now() + PATIENCE_MS
  for (let waitMs = FIRST_LOOK_MS; performance.now() < until; waitMs = Math.min(waitMs * 2, MOST_BETWEEN_LOOKS_MS)) {
    await pause(waitMs, undefined, { signal: stage.signal })
    if (!(await mayBeSettled(stage, at))) continue
    if (auditAtWork(await stage.storage.read(), known, at).length === 0) return
  }
}

/** A cheap look, by which most dear ones are spared. */
async function mayBeSettled({ operator, signal }: Stage, at: AuditStage): Promise<boolean> {
  const { groups, schedules } = await surely(() => operator.stats(), signal)
  return (
    schedules === 0 &&
    groups.every(({ group, lag, retrying }) => retrying === 0 && (lag === 0 || (group === "post" && at === "broken")))
  )
}
