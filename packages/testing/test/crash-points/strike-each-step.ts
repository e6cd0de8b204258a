import { ok } from "node:assert/strict"

import { type Backend, BackendError } from "@millrace/core"

import { store } from "../../src/conformance/build/appending.ts"
import { event } from "../../src/conformance/build/messages.ts"
import type { Aftermath, Scenario } from "./scenario.ts"
import type { Mishap, Site } from "./site.ts"

/** A call that no scenario gets to. */
const NEVER = Number.MAX_SAFE_INTEGER

/** One call of a scenario, and what happens at it. */
export interface CrashPoint {
  readonly scenario: Scenario
  readonly mishap: Mishap
  readonly step: number
}

/**
 * Plays a scenario once to see how many calls it makes, and then once for each of them that is `picked`, struck there. So no call goes untried, whatever calls
 * there are. Answers the names of the calls struck, and how many there were to strike.
 */
export async function strikeEachStep(
  site: Site,
  { scenario, mishap }: Pick<CrashPoint, "scenario" | "mishap">,
  picked: (step: number) => boolean,
): Promise<{ readonly struck: readonly string[]; readonly points: number }> {
  const { wire, clock } = site
  const healthy = site.healthy()
  const start = async (): Promise<Backend> => {
    const backend = site.faulty({ brief: mishap === "gone" })
    // A process that has worked before: what it does once at its start is behind it.
    await store(backend, event("warm-up", { type: "warm-up" }))
    return backend
  }
  let faulty = await start()
  /** Plays the scenario once. Answers the call that was struck, and how many there were. */
  const play = async (
    name: string,
    step: number,
  ): Promise<{ readonly struck: string | undefined; readonly calls: number }> => {
    const { call, after } = await scenario.prepare({ name, faulty, healthy, clock })
    wire.arm(step, mishap)
    const ended = outcomeOf(call())
    // Nobody waits for a dead process.
    const outcome = mishap === "dead" ? await Promise.race([ended, wire.struck.then(() => ({}))]) : await ended
    const calls = wire.seen
    const victim = await wire.disarm()
    const died = mishap === "dead" && victim !== undefined
    if (died) await faulty.close()
    else await reached(faulty)
    await after({ died, ...outcome })
    if (died) faulty = await start()
    return { struck: victim, calls }
  }
  const name = `${scenario.what.replaceAll(" ", "-")}-${mishap}`
  const { calls: points } = await play(`${name}-counted`, NEVER)
  const struck: string[] = []
  for (let step = 0; step < points; step += 1) {
    if (!picked(step)) continue
    const { struck: victim } = await play(`${name}-${step}`, step)
    if (victim !== undefined) struck.push(victim)
  }
  return { struck, points }
}

/** Resolves when a backend reaches its storage again. */
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
