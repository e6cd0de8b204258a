import { ok } from "node:assert/strict"

import type { Backend } from "@millrace/core"
import { mongodbBackend } from "@millrace/mongodb"
import { describe, it } from "vitest"

import { testClock } from "../src/test-clock.ts"
import type { Scenario } from "./mongo-faults/scenario.ts"
import { scenarios } from "./mongo-faults/scenarios.ts"
import { mongoForTests } from "./mongo-for-tests.ts"
import { armedWire, type Mishap, mishaps } from "./mongo-wire/armed-wire.ts"
import { auditedLog } from "./mongo-wire/raw-log.ts"

/** How long a struck call goes on before it gives up, and how long the driver waits for an answer. */
const PATIENCE_MS = 400
const SOCKET_MS = 150
const TIMEOUT_MS = 120_000

/** More commands than any call sends: a call that is struck at this one never ends. */
const MOST_STEPS = 60

const mongo = await mongoForTests()

/** Strikes a call at its first command, at its second, and so on until it has no further one. Answers the commands struck. */
async function strikeEachStep(scenario: Scenario, mishap: Mishap, url: string): Promise<readonly string[]> {
  const clock = testClock()
  const wire = await armedWire(`${url}&socketTimeoutMS=${SOCKET_MS}`)
  const opened: Backend[] = []
  const connect = (to: string, patienceMs: number): Backend => {
    const backend = mongodbBackend(to, { clock, partitions: 1, patienceMs })
    opened.push(backend)
    return backend
  }
  const struck: string[] = []
  try {
    const healthy = connect(url, 10_000)
    await healthy.migrate()
    let faulty = connect(wire.url, PATIENCE_MS)
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const name = `${mishap}-${step}`
      const { call, after } = await scenario.prepare({ name, faulty, healthy, clock })
      wire.arm(step, mishap)
      const answer = await call().catch(() => undefined)
      const command = wire.disarm()
      const died = mishap === "dead" && command !== undefined
      await after({ died, answer })
      if (command === undefined) return struck
      struck.push(`${command.name} ${command.collection}`)
      if (died) faulty = connect(wire.url, PATIENCE_MS)
    }
    throw new Error(`${scenario.what} sends more than ${MOST_STEPS} commands`)
  } finally {
    for (const backend of opened) await backend.close()
    await wire.close()
  }
}

describe.skipIf(mongo.missing)(`on mongodb${mongo.missing === undefined ? "" : `, skipped: ${mongo.missing}`}`, () => {
  for (const [index, scenario] of scenarios.entries()) {
    it(
      `${scenario.what}: whichever of its commands is lost, done but unanswered, or the last of its process, it is there wholly or not at all, and once [lesson 7 lesson 29 lesson 46]`,
      { timeout: TIMEOUT_MS },
      async () => {
        for (const mishap of mishaps) {
          const url = mongo.server?.urlOf(`faults_${process.pid}_${index}_${mishap}`) ?? ""
          const struck = await strikeEachStep(scenario, mishap, url)
          ok(struck.length > 0, `${scenario.what} sends no command at all`)
          await auditedLog(url)
        }
      },
    )
  }
})
