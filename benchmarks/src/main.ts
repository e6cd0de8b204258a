// Measures Millrace side by side with a bare driver and with its peers: `npm run bench -- <backend>`. See ../README.md.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"

import { figure } from "./harness/judge-claim.ts"
import { benchText, environmentText, suiteJson } from "./harness/report.ts"
import { runSuite, type SuiteResult } from "./harness/run-suite.ts"
import { suites } from "./suites.ts"

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
    only: { type: "string" },
    rounds: { type: "string" },
    seed: { type: "string", default: "1" },
    folder: { type: "string" },
  },
})

const backend = positionals[0] ?? ""
const suite = Object.entries(suites).find(([name]) => name === backend)?.[1]
const benches = suite?.filter(({ name }) => name.startsWith(options.only ?? ""))
if (benches === undefined || benches.length === 0) {
  console.error(
    `bench: name a backend (${Object.keys(suites).join(", ")}), and with --only the beginning of a bench's name`,
  )
  process.exit(2)
}

const say = options.json ? console.error : console.log
const result = await runSuite(benches, {
  seed: Number(options.seed),
  rounds: options.rounds === undefined ? undefined : Number(options.rounds),
  folder: options.folder,
  onSample: (bench, subject, round, { value }) =>
    console.error(`  ${bench.name} round ${round + 1}: ${subject} ${figure(value)} ${bench.unit}`),
  onBench: (one) => say(benchText(one)),
})
say(`\n${environmentText(result.environment)}\n${result.seconds} s`)
if (options.json) console.log(suiteJson(result))
if (options.save) save(result)
process.exitCode = isGood(result) ? 0 : 1

function save(all: SuiteResult): void {
  const folder = join(import.meta.dirname, "..", "results")
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${backend}.json`), `${suiteJson(all)}\n`)
}

/** Every claim is met and Millrace made no mistake; peers' mistakes are printed, not judged. */
function isGood(all: SuiteResult): boolean {
  return all.benches.every(
    ({ claims, subjects }) =>
      claims.every(({ met }) => met) &&
      subjects.every(
        ({ subject, faults }) =>
          !subject.startsWith("millrace") || faults.lost + faults.doubled + faults.outOfOrder === 0,
      ),
  )
}
