// A run of chaos: see `main.ts`, which starts it. Exit code 0: nothing was found; 1: something was; 3: there is no server to strike.
import { rmSync } from "node:fs"
import { flushCompileCache } from "node:module"

import { NoMongo, NoPostgres, NoRedis } from "@millrace/testing"

import { chaos } from "./chaos.ts"
import { readOptions } from "./options.ts"
import { report } from "./report.ts"

const NO_SERVER = 3

const options = readOptions(process.argv.slice(2))
flushCompileCache()
const stopping = new AbortController()
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stopping.abort())
// Whoever asked for this is gone: what it would have removed is removed here.
process.once("disconnect", () => {
  stopping.abort()
  process.once("exit", () => rmSync(process.env["NODE_COMPILE_CACHE"] ?? "", { recursive: true, force: true }))
})
try {
  const outcome = await chaos(options, stopping.signal)
  for (const line of report(options, outcome)) console.log(line)
  process.exit(outcome.findings.length === 0 ? 0 : 1)
} catch (error) {
  if (stopping.signal.aborted) {
    console.log("stopped before its end")
    process.exit(1)
  }
  if (!(error instanceof NoPostgres || error instanceof NoRedis || error instanceof NoMongo)) throw error
  console.log(`skipped: ${error.message}`)
  process.exit(NO_SERVER)
}
