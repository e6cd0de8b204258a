import { ok } from "node:assert/strict"

import { type Backend, BackendError } from "@millrace/core"
import { mongodbBackend } from "@millrace/mongodb"
import { describe, it } from "vitest"

import { store } from "../src/conformance/build/appending.ts"
import { event } from "../src/conformance/build/messages.ts"
import { testClock } from "../src/test-clock.ts"
import { append } from "./mongo-faults/append-scenarios.ts"
import type { Aftermath, Scenario } from "./mongo-faults/scenario.ts"
import { scenarios } from "./mongo-faults/scenarios.ts"
import { settleWith } from "./mongo-faults/settle-scenarios.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { armedWire, type Mishap } from "./mongo-wire/armed-wire.ts"
import { auditedLog } from "./mongo-wire/raw-log.ts"

/** How long the driver waits for an answer, and how soon it looks again for a server that it lost. */
const WIRE_OPTIONS = "socketTimeoutMS=150&connectTimeoutMS=200&minHeartbeatFrequencyMS=20&heartbeatFrequencyMS=500"
const TIMEOUT_MS = 120_000

/** More commands than any call sends: a call that is struck at this one never ends. */
const MOST_STEPS = 60

/** How long a call goes on asking a server that is gone. */
const PATIENCE_MS = 300

const mishaps: readonly Mishap[] = ["lost", "unanswered", "silent", "dead"]

/** Calls that are also struck by a server that is gone right after it has written. */
const leftAlone: readonly Scenario[] = [append, settleWith]

/** `npm run test:deep` strikes by every mishap; other runs by two, drawn for each call. */
const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)
const DRAWN = 2

/** The mishaps of one call: those that follow upon one another from a place that the seed and the call's number tell. */
function drawnFor(index: number): readonly Mishap[] {
  const from = (seed + index) % mishaps.length
  const all = [...mishaps.slice(from), ...mishaps.slice(0, from)]
  return deep ? all : all.slice(0, DRAWN)
}

const mongo = await mongoForTests()

/** Strikes a call at its first command, at its second, and so on until it has no further one. Answers the commands struck. */
async function strikeEachStep(scenario: Scenario, mishap: Mishap, url: string): Promise<readonly string[]> {
  const clock = testClock()
  const wire = await armedWire(`${url}&${WIRE_OPTIONS}`)
  const opened: Backend[] = []
  const connect = (to: string, patience: { readonly patienceMs?: number } = {}): Backend => {
    const backend = mongodbBackend(to, { clock, partitions: 1, ...patience })
    opened.push(backend)
    return backend
  }
  /** A process that has worked before: what it does once at its start is behind it. */
  const start = async (): Promise<Backend> => {
    const backend = connect(wire.url, mishap === "gone" ? { patienceMs: PATIENCE_MS } : {})
    await store(backend, event("warm-up", { type: "warm-up" }))
    return backend
  }
  const struck: string[] = []
  try {
    const healthy = connect(url)
    await healthy.migrate()
    let faulty = await start()
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const name = `${mishap}-${step}`
      const { call, after } = await scenario.prepare({ name, faulty, healthy, clock })
      wire.arm(step, mishap)
      const ended = outcomeOf(call())
      // Nobody waits for a dead process.
      const outcome = mishap === "dead" ? await Promise.race([ended, wire.struck.then(() => ({}))]) : await ended
      const command = await wire.disarm()
      const died = mishap === "dead" && command !== undefined
      if (died) await faulty.close()
      else await reached(faulty)
      await after({ died, ...outcome })
      if (command === undefined) return struck
      struck.push(`${command.name} ${command.collection}`)
      if (died) faulty = await start()
    }
    throw new Error(`${scenario.what} sends more than ${MOST_STEPS} commands`)
  } finally {
    for (const backend of opened) await backend.close()
    await wire.close()
  }
}

/** Resolves when a backend reaches its server again. */
async function reached(backend: Backend): Promise<void> {
  for (;;) {
    try {
      await backend.read({ from: "log", limit: 1 })
      return
    } catch (error) {
      ok(error instanceof BackendError && error.code === "unavailable", String(error))
    }
  }
}

/** What a call answered, or how it failed: with an error of ours, which says what is known. */
async function outcomeOf(call: Promise<unknown>): Promise<Pick<Aftermath, "answer" | "failed">> {
  try {
    return { answer: await call }
  } catch (error) {
    ok(error instanceof BackendError, `not an error of ours: ${String(error)}`)
    ok(error.code === "outcome-unknown" || error.code === "unavailable", `${error.code}: ${error.message}`)
    return { failed: error.code }
  }
}

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  for (const [index, scenario] of scenarios.entries()) {
    const gone: readonly Mishap[] = leftAlone.includes(scenario) ? ["gone"] : []
    it.each([...drawnFor(index), ...gone])(
      `${scenario.what}: each of its commands in turn %s, it is there wholly or not at all, and once [lesson 7 lesson 29 lesson 46]`,
      { timeout: TIMEOUT_MS },
      async (mishap) => {
        const url = mongo.server?.urlOf(`faults_${process.pid}_${index}_${mishap}`) ?? ""
        const struck = await strikeEachStep(scenario, mishap, url)
        ok(struck.length > 0, `${scenario.what} sends no command at all`)
        await auditedLog(url)
      },
    )
  }
})
