// Prints which promises the last test run has proven on which backend.
//   npm run rows [-- --json | --missing] [--report file]
import { parseArgs } from "node:util"

import { repository } from "./repository.ts"
import { existingBackends } from "./rows/backends.ts"
import { readEvidence } from "./rows/evidence.ts"
import { printMissing, printStandings } from "./rows/print.ts"
import { readPromises } from "./rows/promises.ts"
import { isInScope } from "./rows/scope.ts"
import { standingsOf } from "./rows/standing.ts"
import { readTestReport } from "./test-report.ts"

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    missing: { type: "boolean", default: false },
    report: { type: "string" },
  },
})

const report = readTestReport(values.report)
if (report === undefined) {
  console.error("no test has been run yet: npm test writes what this command reads")
  process.exit(1)
}
const promises = readPromises()
const backends = existingBackends(repository)
const { evidence, wrong } = readEvidence(report, promises)
const { standings, missing } = standingsOf(promises, evidence, backends)
const missingInScope = missing.filter(({ id, backend }) => isInScope(id, backend))

if (values.json) console.log(JSON.stringify(standings, null, 2))
else if (values.missing) printMissing(missingInScope)
else {
  printStandings(standings, isInScope, backends)
  const ended = new Date(report.startTime).toISOString()
  console.log(`from the test run of ${ended}; ${missingInScope.length} clauses to prove (-- --missing lists them)`)
}
for (const says of wrong) console.error(says)
process.exitCode = missingInScope.length === 0 && wrong.length === 0 ? 0 : 1
