import { deepEqual, ok } from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

import { describe, it, onTestFinished } from "vitest"

import { backends } from "../backends.ts"
import { openLog } from "../open-log.ts"
import { recordedSteps } from "./recorded-steps.ts"
import { Confirmed, voyage, VOYAGE_OUTPUT, voyageSteps } from "./voyage.ts"

const WORKER = fileURLToPath(new URL("./voyage-worker.ts", import.meta.url))

interface VoyageWorker {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
}

/** Starts a worker; `onStep` hears the key of each step that it has run. */
function startWorker(url: string, onStep: (key: string, worker: VoyageWorker) => void): VoyageWorker {
  const child = spawn(process.execPath, ["--conditions=millrace-source", WORKER, url], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
  })
  const heard = createInterface({ input: child.stdout }).on("line", (key) => onStep(key, worker))
  // It has ended for us when all it said was heard.
  const worker = { child, ended: Promise.all([once(child, "exit"), once(heard, "close")]) }
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await worker.ended
  })
  return worker
}

for (const backend of backends.filter(({ name }) => name === "sqlite")) {
  describe(`on ${backend.name}`, () => {
    it("a process killed in the middle of a run, again and again, costs no step: the next one goes on, and each outcome is recorded once [S47.c lesson 14]", async () => {
      const log = await openLog(backend, { real: true })
      const { Leg, Voyage } = voyage([])
      // Ensures the groups, and works for none of them.
      const app = await log.app({ reactors: [Leg, Voyage] })
      const run = await app.startWorkflow(Voyage, null, { id: "1" })
      await run.signal(Confirmed)
      const did: string[] = []
      for (const killAt of [1, 5]) {
        const [before, recorded] = [did.length, await recordedSteps(app, "1")]
        const worker = startWorker(log.url ?? "", (key, { child }) => {
          did.push(key)
          if (did.length >= killAt) child.kill("SIGKILL")
        })
        await worker.ended
        ok(did.length >= killAt)
        deepEqual(
          did.slice(before).filter((key) => recorded.includes(key)),
          [],
          "what is recorded is not run again",
        )
      }
      const [before, recorded] = [did.length, await recordedSteps(app, "1")]
      const last = startWorker(log.url ?? "", (key) => did.push(key))
      deepEqual(await run.wait(), { status: "completed", output: VOYAGE_OUTPUT })
      last.child.kill("SIGTERM")
      await last.ended
      deepEqual([...new Set(did)].toSorted(), voyageSteps("1"))
      deepEqual(
        did.slice(before).filter((key) => recorded.includes(key)),
        [],
      )
      deepEqual((await recordedSteps(app, "1")).toSorted(), voyageSteps("1"))
    })
  })
}
