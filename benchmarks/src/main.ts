// Measures Millrace side by side with a bare driver and with its peers: `npm run bench [-- <suite>…]`. See ../README.md.
import { parseArgs } from "node:util"

import { commitInUse } from "./harness/environment.ts"
import { figure } from "./harness/judge-claim.ts"
import { type BenchRecord, isGood } from "./harness/record.ts"
import { benchText, environmentText } from "./harness/report.ts"
import { isKept, keep } from "./harness/results.ts"
import { runSuite } from "./harness/run-suite.ts"
import { DEFAULT_SUITE, suites } from "./suites/index.ts"

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [""] },
    rounds: { type: "string" },
    seed: { type: "string", default: "1" },
    folder: { type: "string" },
  },
})

const names = positionals.length === 0 ? [DEFAULT_SUITE] : positionals
const chosen = names.map((name) => {
  const suite = Object.entries(suites).find(([one]) => one === name)?.[1]
  const benches = [...(suite?.benches ?? []), ...(options.full ? (suite?.growth ?? []) : [])]
  const wanted = benches.filter((bench) => options.only.some((only) => bench.name.startsWith(only)))
  return { name, suite, benches: wanted }
})
const unknown = chosen.find(({ suite, benches }) => suite === undefined || benches.length === 0)
if (unknown !== undefined) {
  console.error(
    `bench: no ${unknown.suite === undefined ? "suite" : "such bench in"} ${unknown.name}: name suites (${Object.keys(suites).join(", ")}), and with --only the beginning of a bench's name`,
  )
  process.exit(2)
}

const keeping = options.save || options.full
const commit = commitInUse()
const say = options.json ? console.error : console.log
const records: BenchRecord[] = []
for (const { name, suite, benches } of chosen) {
  // a full run goes on where it was broken off
  const left = options.full ? benches.filter((bench) => !isKept(name, bench.name, commit)) : benches
  if (suite === undefined || left.length === 0) continue
  await runSuite(suite, left, {
    name,
    seed: Number(options.seed),
    rounds: options.rounds === undefined ? undefined : Number(options.rounds),
    folder: options.folder,
    onSample: (bench, subject, round, { value }) =>
      console.error(`  ${bench.name} round ${round + 1}: ${subject} ${figure(value)} ${bench.unit}`),
    onBench(record) {
      records.push(record)
      say(benchText(record))
      if (keeping) keep(record)
    },
  })
  const last = records.at(-1)
  if (last !== undefined) say(`\n${environmentText(last.environment)}`)
}
if (options.json) console.log(JSON.stringify(records, undefined, 2))
process.exitCode = records.every(isGood) ? 0 : 1
