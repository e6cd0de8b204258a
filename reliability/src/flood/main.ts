// More writes than a process may hold, none of them awaited: how much memory it takes, and whether what it says is true.
//   npm run flood -- --backend sqlite|postgres|redis|mongodb|all [--writes 1000000] [--per-turn 1000] [--when-full refuse] [--json]
// Exit code 0: what was acknowledged is stored, and nothing else; 1: something was found, or a write failed; 3: there is no server to load.
import { NoMongo, NoPostgres, NoRedis } from "@millrace/testing"

import { flood } from "./flood.ts"
import { readFloodOptions } from "./options.ts"
import { reportFlood } from "./report-flood.ts"

const NO_SERVER = 3

const { storages, json, ...run } = readFloodOptions(process.argv.slice(2))
for (const storage of storages) {
  try {
    const outcome = await flood({ ...run, storage })
    if (json) console.log(JSON.stringify(outcome))
    else for (const line of reportFlood(outcome)) console.log(line)
    if (outcome.findings.length + outcome.failed > 0) process.exitCode = 1
  } catch (error) {
    if (!(error instanceof NoPostgres || error instanceof NoRedis || error instanceof NoMongo)) throw error
    console.log(`${storage} skipped: ${error.message}`)
    process.exitCode ??= NO_SERVER
  }
}
