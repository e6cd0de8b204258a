import { createApp, useMessageSource } from "@millrace/core"

import { DepartFlight } from "../messages.ts"
import { prove } from "../proof.ts"
import * as reactors from "../reactors.ts"
import { loadFlights } from "./data-set.ts"
import type { Evidence } from "./evidence.ts"
import { isSound } from "./findings.ts"
import type { FlightsApp } from "./flights-app.ts"
import type { DemoOptions } from "./options.ts"
import { type Plan, planOf } from "./plan.ts"
import { createProgress } from "./progress.ts"
import { readTotals } from "./read-totals.ts"
import { airportTable, findingLines, proofTable, verdictLine } from "./report.ts"
import { runFlights, type RunOptions } from "./run-flights.ts"
import { fractionOf, seededSource } from "./seeded.ts"
import { openStage, type Stage } from "./stage.ts"

/** Runs the demo and answers whether its proof holds. */
export async function demo(options: DemoOptions): Promise<boolean> {
  useMessageSource(seededSource(options.seed))
  const plan = planOf(await loadFlights(options.flights))
  const stage = await openStage(options)
  let sound = false
  try {
    const evidence = await play(plan, stage, options)
    const findings = prove(evidence, plan)
    console.log(`${evidence.messages.length} messages, ${evidence.source}:`)
    console.log(proofTable(findings))
    console.log(airportTable(readTotals(evidence)))
    for (const line of findingLines(findings)) console.log(line)
    sound = isSound(findings)
    if (!sound) console.log(stage.leaves)
    console.log(verdictLine(plan.flights.length, findings))
    return sound
  } catch (error) {
    console.error(stage.leaves)
    throw error
  } finally {
    await stage.close({ clear: sound })
  }
}

/** Runs the flights, unless they are only to be proved, and answers what is left behind. */
async function play(plan: Plan, stage: Stage, options: DemoOptions): Promise<Evidence> {
  const app = await createApp({ backend: stage.backend, reactors, processName: "demo" })
  if (options.proveOnly !== true) await run(app, plan, stage, options)
  const evidence = await stage.evidence(app)
  await app.close()
  return evidence
}

async function run(app: FlightsApp, plan: Plan, stage: Stage, options: DemoOptions): Promise<void> {
  const { flights } = plan
  const { messages } = await app.stats()
  if (messages > 0) {
    throw new Error(
      `the log holds ${messages} messages already: name another --folder or --backend, or add --prove-only`,
    )
  }
  console.log(
    `${flights.length} flights · ${stage.name} · ${options.workers} ${stage.workers.kind} · seed ${options.seed}`,
  )
  const commands = flights.map(({ origin, ...flight }, index) =>
    DepartFlight(`airport-${origin}`, { ...flight, flight: index + 1 }),
  )
  const { tookMs, crash } = await runFlights(app, commands, stage, runOptions(options), createProgress(flights.length))
  if (crash === undefined) console.log("no worker held a lease when one was to be killed: none was")
  else if (stage.workers.ended === "abandoned") {
    console.log("(a worker inside this process can not be killed: it was abandoned in the middle of its work)")
  }
  console.log(`settled in ${(tookMs / 1_000).toFixed(1)} s`)
}

/** The most flights dispatched side by side, and the most that are sent and not settled. */
const BATCH = 500
const AHEAD = 5_000

/** How the run goes. The seed decides which worker is killed first of all, if it holds leases, and when: with 20 to 80 % of the flights settled. */
function runOptions({ seed, flights, workers }: DemoOptions): RunOptions {
  const batch = Math.min(BATCH, Math.ceil(flights / 40))
  const batchesOf = (share: number): number => Math.floor((flights * share) / batch) * batch
  return {
    workers,
    batch,
    ahead: Math.min(AHEAD, Math.ceil(flights / 4)),
    killAt: batchesOf(0.22 + 0.38 * fractionOf(seed, "kill")),
    killBefore: batchesOf(0.8),
    victim: Math.floor(workers * fractionOf(seed, "victim")),
  }
}
