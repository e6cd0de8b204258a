import { writeFile } from "node:fs/promises"

import { audit, auditAtWork, type Known } from "./audit/audit.ts"
import type { Evidence } from "./audit/evidence.ts"
import type { Finding } from "./audit/findings.ts"
import { Open } from "./bank/messages.ts"
import type { Member } from "./fleet/member.ts"
import { surely } from "./fleet/surely.ts"
import { type Injected, injectAll } from "./inject-all.ts"
import type { ChaosOptions } from "./options.ts"
import { drawPlan } from "./plan/draw-plan.ts"
import { possibleKinds } from "./plan/possible-kinds.ts"
import { ACCOUNTS, openStage, type Stage } from "./stage.ts"
import { untilSettled } from "./until-settled.ts"
import { untilTraffic } from "./until-traffic.ts"

/** What came of a run. */
export interface Outcome {
  readonly injected: Injected
  /** What could not be done here, and why. */
  readonly skipped: readonly string[]
  readonly findings: readonly Finding[]
  readonly evidence: Evidence
  readonly settings: string
  /** What clients were answered: how many ids each. */
  readonly answers: Readonly<Record<"stored" | "refused" | "unknown", number>>
  /** The times between one settled message and the next while there was traffic, the longest first. */
  readonly gaps: readonly Gap[]
}

/** A time in which no work was settled; it began so long after faults began to be made. */
export interface Gap {
  readonly ms: number
  readonly fromMs: number
}

const OPENING = 1_000
/** A run of which clients were answered less has shown nothing. */
const LEAST_ANSWERS = 150

/** Lets everything go on for a while and strikes it; lets it come to rest; judges what is there. All it started is gone when it resolves or rejects. */
export async function chaos(options: ChaosOptions, signal: AbortSignal): Promise<Outcome> {
  const stage = await openStage(options, signal)
  try {
    await openAccounts(stage)
    const steps = drawPlan(options.seed, possibleKinds(stage, options.only), options.lengthMs)
    for (const one of [...stage.workers, ...stage.clients]) one.start()
    await untilTraffic(stage)
    const trafficStart = Date.now()
    const injected = await injectAll(stage, steps, options)
    await untilTraffic(stage, LEAST_ANSWERS)
    const trafficEnd = Date.now()
    const late = await goAway(stage.clients)
    const known: Known = { journal: stage.journal, sum: ACCOUNTS * OPENING }
    await untilSettled(stage, known, "broken")
    const before = auditAtWork(await stage.storage.read(), known, "broken")
    await mend(stage)
    await untilSettled(stage, known, "mended")
    late.push(...(await goAway(stage.workers)))
    const evidence = await stage.storage.read()
    const findings = audit(evidence, known, "mended")
    const failed = stage.failures.map((says): Finding => ({ kind: "progress", says }))
    const standings = [...stage.journal.values()]
    const count = (wanted: string): number => standings.filter((standing) => standing === wanted).length
    return {
      injected,
      skipped: stage.skipped,
      findings: [...failed, ...late, ...unlike(before, findings), ...findings],
      evidence,
      settings: stage.storage.settings,
      answers: { stored: count("stored"), refused: count("refused"), unknown: count("sent") },
      gaps: gapsIn(evidence, trafficStart, trafficEnd),
    }
  } finally {
    await stage.close()
  }
}

async function openAccounts({ operator, journal, signal }: Stage): Promise<void> {
  for (let at = 0; at < ACCOUNTS; at += 1) {
    const opening = Open(`account-${at}`, { amount: OPENING })
    await surely(() => operator.dispatch(opening), signal)
    journal.set(opening.id, "stored")
  }
}

/** Whoever is asked to go and does not is a finding. */
async function goAway(members: readonly Member[]): Promise<Finding[]> {
  const gone = await Promise.all(members.map(async (one) => ({ name: one.name, inTime: await one.stop() })))
  return gone.flatMap(({ name, inTime }): Finding[] =>
    inTime ? [] : [{ kind: "progress", says: `${name} was asked to go and did not` }],
  )
}

/** What was broken is mended: the dead letters are sent back. */
async function mend({ mended, operator, signal }: Stage): Promise<void> {
  await writeFile(mended, "")
  await surely(() => operator.retryDeadLetters("post"), signal)
}

/** What was found before, and is not found any more. */
function unlike(before: readonly Finding[], after: readonly Finding[]): readonly Finding[] {
  const found = new Set(after.map(({ says }) => says))
  return before
    .filter(({ says }) => !found.has(says))
    .map(({ kind, says }) => ({ kind, says: `${says} (before mending)` }))
}

/** Effects are what a settle stores: their instants by the storage's clock say when work was settled. */
function gapsIn({ messages }: Evidence, start: number, end: number): readonly Gap[] {
  const settled = messages.filter(({ id, causationId }) => id !== causationId).map(({ recordedAt }) => recordedAt)
  const within = settled.filter((at) => at > start && at < end)
  const gaps = [...within, end].map((at, index) => {
    const from = within[index - 1] ?? start
    return { ms: at - from, fromMs: from - start }
  })
  return gaps.sort((a, b) => b.ms - a.ms)
}
