// Real processes, a real server, real faults; then an audit of what lies in the storage.
//   npm run chaos -- --backend sqlite|postgres|redis|mongodb --minutes 5 [--seed 17] [--tell]
import { spawn } from "node:child_process"
import { once } from "node:events"

import { NoMongo, NoPostgres, NoRedis } from "@millrace/testing"

import { chaos } from "./chaos.ts"
import { readOptions } from "./options.ts"
import { namespaceCommand } from "./own-namespace.ts"
import { report } from "./report.ts"

/** The exit code that says that there is no server to strike. */
const NO_SERVER = 3

const options = readOptions(process.argv.slice(2))
const elsewhere = namespaceCommand()
if (elsewhere === undefined) await play()
else await playThere(elsewhere)

async function play(): Promise<void> {
  const stopping = new AbortController()
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => stopping.abort())
  // Whoever asked for this is gone.
  process.once("disconnect", () => stopping.abort())
  try {
    const outcome = await chaos(options, stopping.signal)
    for (const line of report(options, outcome)) console.log(line)
    process.exit(outcome.findings.length === 0 ? 0 : 1)
  } catch (error) {
    if (!(error instanceof NoPostgres || error instanceof NoRedis || error instanceof NoMongo)) throw error
    console.log(`skipped: ${error.message}`)
    process.exit(NO_SERVER)
  }
}

async function playThere({ command, args }: NonNullable<typeof elsewhere>): Promise<void> {
  const child = spawn(command, [...args], { stdio: "inherit" })
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal))
  await once(child, "exit")
  process.exitCode = child.exitCode ?? 1
}
