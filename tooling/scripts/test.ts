// Installs the servers that suites need, runs every check and every suite, and ends in the line `N passed, N failed`.
//   npm test            a sample of the exhaustive modes, drawn by a seed that is printed
//   npm run test:deep   all of them; with `-- --resume FOLDER` without the crash points that are finished by that folder's files
import { spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { rmSync } from "node:fs"
import { resolve } from "node:path"
import { parseArgs } from "node:util"

import Table from "cli-table3"

import { runChecks } from "./checks.ts"
import { repository } from "./repository.ts"
import { suiteFolders } from "./suites/members.ts"
import { summarise } from "./suites/summary.ts"
import { installPrograms } from "./system/install-programs.ts"
import { readTestReport, testReportFile } from "./test-report.ts"

const { values } = parseArgs({
  options: { deep: { type: "boolean", default: false }, resume: { type: "string" } },
})
const mostMinutes = values.deep ? 120 : 45
/** A run that was ended goes on where it was. */
const resuming = values.resume === undefined ? {} : { MILLRACE_RESUME: resolve(values.resume) }
const startedAt = performance.now()
const seed = process.env["MILLRACE_SEED"] ?? String(randomInt(2 ** 31))
console.log(`seed ${seed} (MILLRACE_SEED=${seed} npm ${values.deep ? "run test:deep" : "test"} runs this again)`)

const missing = installPrograms()
const checks = await runChecks()
rmSync(testReportFile, { force: true })
const ending = await runSuites()
const outcome = tally()
const minutes = (performance.now() - startedAt) / 60_000
console.log(`${minutes.toFixed(1)} minutes in all`)
for (const says of outcome.wrong) console.log(`✗ ${says}`)
console.log(`${outcome.passed} passed, ${outcome.failed} failed`)
process.exitCode = outcome.failed === 0 ? 0 : 1

type Ending = "passed" | "failed" | "too late"

function runSuites(): Promise<Ending> {
  const options = ["--reporter=default", "--reporter=json", `--outputFile.json=${testReportFile}`]
  const child = spawn("vitest", ["run", ...options], {
    cwd: repository,
    stdio: "inherit",
    env: { ...process.env, MILLRACE_SEED: seed, ...(values.deep ? { MILLRACE_DEEP: "1" } : {}), ...resuming },
  })
  return new Promise((resolve) => {
    let isLate = false
    const limit = setTimeout(
      () => {
        isLate = true
        child.kill("SIGTERM")
        setTimeout(() => child.kill("SIGKILL"), 10_000).unref()
      },
      mostMinutes * 60_000 - (performance.now() - startedAt),
    )
    const end = (ended: Ending) => {
      clearTimeout(limit)
      resolve(isLate ? "too late" : ended)
    }
    child.on("error", () => end("failed"))
    child.on("close", (code) => end(code === 0 ? "passed" : "failed"))
  })
}

/** Checks count like tests, and so does everything that is wrong beyond them. */
function tally(): { passed: number; failed: number; wrong: string[] } {
  const wrong = checks.filter(({ passed }) => !passed).map(({ name }) => `check ${name} failed`)
  const passedChecks = checks.length - wrong.length
  // Elsewhere what can not be tested is skipped for all to see.
  if (process.env["CI"] !== undefined) wrong.push(...missing.map(({ program }) => `${program} could not be installed`))
  if (ending === "too late") wrong.push(`the suites took longer than ${mostMinutes} minutes`)
  const report = readTestReport()
  if (report === undefined) {
    wrong.push("the suites left no report")
    return { passed: passedChecks, failed: wrong.length, wrong }
  }
  const { suites, empty } = summarise(report, repository, suiteFolders(repository))
  wrong.push(...empty)
  const table = new Table({
    head: ["suite", "passed", "failed", "skipped", "seconds"],
    style: { head: [], border: [], compact: true },
  })
  for (const suite of suites)
    table.push([suite.name, suite.passed, suite.failed, suite.skipped, suite.seconds.toFixed(1)])
  console.log(table.toString())
  const passed = suites.reduce((sum, suite) => sum + suite.passed, passedChecks)
  const failedTests = suites.reduce((sum, suite) => sum + suite.failed, 0)
  if (ending === "failed" && failedTests + empty.length === 0) wrong.push("vitest failed beyond its tests: see above")
  return { passed, failed: failedTests + wrong.length, wrong }
}
