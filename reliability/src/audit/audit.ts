import type { Standing } from "../fleet/journal.ts"
import type { Evidence } from "./evidence.ts"
import type { Finding } from "./findings.ts"
import { checkAccounts } from "./rules/check-accounts.ts"
import { checkEffects } from "./rules/check-effects.ts"
import { checkJournal } from "./rules/check-journal.ts"
import { checkLanes } from "./rules/check-lanes.ts"
import { checkLog } from "./rules/check-log.ts"
import { checkProgress } from "./rules/check-progress.ts"
import { checkProjections } from "./rules/check-projections.ts"
import { checkSchedules } from "./rules/check-schedules.ts"

/** What the run knows beside the storage. */
export interface Known {
  /** What clients were answered, by id. */
  readonly journal: ReadonlyMap<string, Standing>
  /** What all accounts hold together. */
  readonly sum: number
}

/** `broken`: nothing is mended yet, so what always fails is set aside. `mended`: all of it has been handled. */
export type Stage = "broken" | "mended"

/** Judges the same while workers look for work: what they hold meanwhile they will give back. */
export function auditAtWork(evidence: Evidence, known: Known, stage: Stage): readonly Finding[] {
  return audit(evidence, known, stage).filter(({ kind }) => kind !== "leases")
}

/** Judges what lies in a storage in which nothing waits any more and nobody works. */
export function audit(evidence: Evidence, { journal, sum }: Known, stage: Stage): readonly Finding[] {
  const findings: Finding[] = []
  const wrong = (kind: Finding["kind"], says: string): void => void findings.push({ kind, says })
  for (const says of evidence.torn) wrong("torn", says)
  checkLog(evidence, wrong)
  checkJournal(evidence, journal, wrong)
  checkAccounts(evidence, sum, wrong)
  checkEffects(evidence, stage, wrong)
  checkProjections(evidence, wrong)
  checkSchedules(evidence, wrong)
  checkProgress(evidence, wrong)
  checkLanes(evidence, stage, wrong)
  return findings
}
