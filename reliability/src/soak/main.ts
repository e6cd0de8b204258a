// A steady load for as long as one likes, at half of what the storage bears: what grows is found.
//   npm run soak -- --backend sqlite|postgres|redis|mongodb|memory|all --minutes 10 [--json]
// Exit code 0: flat, and nothing lost; 1: something was found; 3: there is no server to load.
import { NoMongo, NoPostgres, NoRedis } from "@millrace/testing"

import { readSoakOptions } from "./options.ts"
import { reportSoak } from "./report/report-soak.ts"
import { resultOf, writeResults } from "./report/write-results.ts"
import { soak } from "./soak.ts"

const NO_SERVER = 3

const options = readSoakOptions(process.argv.slice(2))
const stopping = new AbortController()
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort())
let code = 0
for (const backend of options.backends) {
  if (stopping.signal.aborted) break
  try {
    const outcome = await soak({ ...options, backend }, stopping.signal)
    await writeResults(outcome)
    if (options.json) console.log(JSON.stringify(resultOf(outcome)))
    else for (const line of reportSoak(outcome)) console.log(line)
    if (outcome.findings.length > 0 || outcome.flatness.some(({ flat }) => !flat)) code = 1
  } catch (error) {
    if (stopping.signal.aborted) {
      console.log("stopped before its end")
      break
    }
    if (!(error instanceof NoPostgres || error instanceof NoRedis || error instanceof NoMongo)) throw error
    console.log(`${backend} skipped: ${error.message}`)
    if (code === 0) code = NO_SERVER
  }
}
process.exit(stopping.signal.aborted ? 1 : code)
