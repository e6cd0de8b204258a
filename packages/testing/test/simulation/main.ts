// Deterministic simulation of the runtime.
//   npm run simulate -- --seeds 10000          plays so many seeds, on every core
//   npm run simulate -- --seed 17              plays one and tells it line by line
//   npm run simulate -- --scenario errands …   workflows in place of the bank
//   npm run simulate -- --faults [--only text] puts one defect after the other in, and looks for each
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"

import { drawPlan, explain, type Failure, play, type Scenario } from "../../src/simulation/index.ts"
import { findFaults } from "./find-faults.ts"
import { runPart } from "./run-part.ts"
import { scenarios } from "./scenarios.ts"

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
    faults: { type: "boolean", default: false },
    only: { type: "string" },
    scenario: { type: "string", default: "bank" },
    cores: { type: "string", default: String(availableParallelism()) },
  },
})
const cores = Math.max(1, Number(values.cores))
const named = values.scenario === "errands" ? "errands" : "bank"
if (values.seed !== undefined && named === "errands") await tellOne(scenarios.errands, Number(values.seed))
else if (values.seed !== undefined) await tellOne(scenarios.bank, Number(values.seed))
else if (values.faults)
  process.exitCode = await findFaults({ cores, seeds: Number(values.seeds ?? 1_000), only: values.only ?? "" })
else await playMany(Number(values.seeds ?? 1_000), Number(values.from))

async function tellOne<Act>(scenario: Scenario<Act>, seed: number): Promise<void> {
  const plan = drawPlan(seed, scenario.draw)
  const outcome = await play(scenario, plan, { history: true })
  for (const line of outcome.history) console.log(line)
  console.log(`seed ${seed}: ${outcome.events} events, ${outcome.faults.length} faults of calls and callbacks`)
  if (outcome.violations.length === 0) return
  process.exitCode = 1
  tellFailure(await explain(scenario, plan, outcome))
}

async function playMany(seeds: number, from: number): Promise<void> {
  const began = performance.now()
  const done = Array.from({ length: cores }, () => 0)
  const shares = done.map((_, part) => Math.floor(seeds / cores) + (part < seeds % cores ? 1 : 0))
  const parts = await Promise.all(
    shares.map((share, part) =>
      runPart({
        scenario: named,
        from: from + part,
        step: cores,
        seeds: share,
        onTold(told) {
          done[part] = told.done
          const all = done.reduce((sum, one) => sum + one, 0)
          if (process.stderr.isTTY) process.stderr.write(`\r${all} of ${seeds} seeds`)
        },
      }),
    ),
  )
  const minutes = (performance.now() - began) / 60_000
  if (process.stderr.isTTY) process.stderr.write("\r")
  const sum = { seeds: 0, events: 0, faults: 0, hours: 0 }
  for (const part of parts) {
    if ("ended" in part) {
      console.log(`a part of the simulation died: ${part.ended}`)
      process.exitCode = 1
      continue
    }
    sum.seeds += part.seeds
    sum.events += part.events
    sum.faults += part.faults
    sum.hours += part.simulatedMs / 3_600_000
    if (part.failure === undefined) continue
    process.exitCode = 1
    tellFailure(part.failure)
  }
  console.log(
    `${sum.seeds} seeds in ${minutes.toFixed(2)} minutes on ${cores} cores (${Math.round(sum.seeds / minutes)} a minute): ` +
      `${sum.events} events, ${sum.faults} faults of calls and callbacks, ${sum.hours.toFixed(1)} simulated hours`,
  )
}

function tellFailure({ seed, violations, shortest, history }: Failure<unknown>): void {
  console.log(
    `\nseed ${seed} fails (npm run simulate --${named === "bank" ? "" : ` --scenario ${named}`} --seed ${seed} plays it again):`,
  )
  for (const violation of violations.slice(0, 5)) console.log(`  ${violation}`)
  console.log(
    `the shortest history found that fails has ${shortest.steps.length} steps and ${shortest.faults?.length ?? 0} faults:`,
  )
  for (const line of history) console.log(`  ${line}`)
  console.log(`its plan: ${JSON.stringify(shortest)}\n`)
}
