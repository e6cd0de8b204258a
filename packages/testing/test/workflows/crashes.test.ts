import { deepEqual, ok } from "node:assert/strict"

import { type AnyReactor, type App, type Backend, type WorkflowRun } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { interceptBackend, type Mortal, mortal } from "../intercept-backend.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { recordedSteps } from "./recorded-steps.ts"
import { Confirmed, PAUSE_MS, voyage, VOYAGE_OUTPUT, voyageSteps } from "./voyage.ts"

const LEASE_MS = 30_000
/** More rounds than a voyage needs to end. */
const ROUNDS = 8
/** More calls than a voyage's worker makes. */
const MANY_CALLS = 500

interface Dying extends Mortal {
  readonly died: () => boolean
}

/** A process that dies at its `nth` call of the storage: before the call gets there, or before its answer comes back. */
function dyingAt(nth: number, when: "before" | "after", backend: Backend): Dying {
  let calls = 0
  let dead = false
  const process = mortal(
    interceptBackend(backend, async ({ run }) => {
      calls += 1
      if (calls !== nth) return run()
      const result = when === "after" ? await run() : undefined
      dead = true
      process.kill()
      return result
    }),
  )
  return { ...process, died: () => dead }
}

/** Lets a worker do what it can, until it is dead or there is nothing left to do. */
async function work(log: TestLog, process: Dying, reactors: readonly AnyReactor[]): Promise<void> {
  const opening = log.app({ reactors, backend: process.backend, unclosed: true })
  for (let round = 0; round < ROUNDS && !process.died(); round += 1) {
    void opening.then((app) => app.drain())
    await log.clock.settle()
    await log.clock.jump(PAUSE_MS)
  }
}

async function finish(log: TestLog, app: App, run: WorkflowRun): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    await log.clock.jump(LEASE_MS)
    await app.drain()
    if ((await run.status()).status !== "running") return
  }
}

/** Where a voyage takes milliseconds, each call is tried; on servers every so many of them. */
const strideOn = (name: string): number => (name === "memory" || name === "sqlite" ? 1 : SERVER_STRIDE)
const SERVER_STRIDE = 13

/** Many voyages, on a machine that has other things to do. */
const VOYAGES_MS = 90_000

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    for (const when of ["before", "after"] as const) {
      it(
        `a worker that dies ${when} one of its storage calls costs no step: each outcome is recorded once, and nothing recorded is run again [S47.c lesson 14]`,
        { timeout: VOYAGES_MS },
        async () => {
          const log = await openLog(backend)
          const caller = await log.app({ reactors: [] })
          const stride = strideOn(backend.name)
          let nth = when === "before" ? 1 : Math.ceil(stride / 2)
          for (let more = true; more && nth < MANY_CALLS; nth += stride) {
            const id = `${nth}`
            const did: string[] = []
            const { Leg, Voyage } = voyage(did)
            const process = dyingAt(nth, when, await log.connect())
            const run = await caller.startWorkflow(Voyage, null, { id })
            await run.signal(Confirmed)
            await work(log, process, [Leg, Voyage])
            more = process.died()
            if (!more)
              deepEqual((await caller.workflow(Voyage, id).status()).status, "completed", "all its calls were tried")
            const recorded = await recordedSteps(caller, id)
            const before = did.length
            const { Leg: LegAgain, Voyage: VoyageAgain } = voyage(did)
            const next = await log.app({ reactors: [LegAgain, VoyageAgain] })
            await finish(log, next, caller.workflow(VoyageAgain, id))
            const told = `killed ${when} call ${nth}`
            deepEqual(await caller.workflow(Voyage, id).status(), { status: "completed", output: VOYAGE_OUTPUT }, told)
            deepEqual((await recordedSteps(caller, id)).toSorted(), voyageSteps(id), told)
            deepEqual([...new Set(did)].toSorted(), voyageSteps(id), told)
            deepEqual(
              did.slice(before).filter((key) => recorded.includes(key)),
              [],
              told,
            )
            await next.close()
          }
          ok(nth > 30 && nth < MANY_CALLS, `${nth} calls were tried`)
        },
      )
    }
  })
}
