import { ok } from "node:assert/strict"

import { type Backend, BackendError } from "@millrace/core"

import { store } from "../../src/conformance/build/appending.ts"
import { event } from "../../src/conformance/build/messages.ts"
import { nameInOnePartition } from "./name-in-one-partition.ts"
import type { Aftermath, Scenario } from "./scenario.ts"
import type { Mishap, Site } from "./site.ts"

/** A call that no scenario gets to. */
const NEVER = Number.MAX_SAFE_INTEGER

/** A scenario, and what happens at its calls. */
interface Strike {
  readonly scenario: Scenario
  readonly mishap: Mishap
}

/** Plays a scenario without a mishap. Answers the calls that it made. */
export async function callsOf(site: Site, scenario: Scenario): Promise<readonly string[]> {
  const faulty = await startOn(site)
  return (await play(site, faulty, { scenario, mishap: "lost" }, NEVER)).calls
}

/**
 * Plays a scenario once to see how many calls it makes, and then once for each of them that is `picked`, struck there. So no call goes untried, whatever calls
 * there are. Answers the calls struck, and how many there were to strike.
 */
export async function strikeEachStep(
  site: Site,
  strike: Strike,
  picked: (step: number) => boolean,
): Promise<{ readonly struck: readonly string[]; readonly points: number }> {
  const brief = strike.mishap === "gone"
  let faulty = await startOn(site, brief)
  const { calls } = await play(site, faulty, strike, NEVER)
  const struck: string[] = []
  for (let step = 0; step < calls.length; step += 1) {
    if (!picked(step)) continue
    const { victim, died } = await play(site, faulty, strike, step)
    if (victim !== undefined) struck.push(victim)
    if (died) faulty = await startOn(site, brief)
  }
  return { struck, points: calls.length }
}

/** A process that has worked before: what it does once at its start is behind it. */
async function startOn(site: Site, brief = false): Promise<Backend> {
  const backend = site.faulty({ brief })
  await store(backend, event("warm-up", { type: "warm-up" }))
  return backend
}

let rounds = 0

/** Plays a scenario once, struck at this call. */
async function play(
  site: Site,
  faulty: Backend,
  { scenario, mishap }: Strike,
  step: number,
): Promise<{ readonly victim: string | undefined; readonly died: boolean; readonly calls: readonly string[] }> {
  const { wire, clock } = site
  rounds += 1
  const name = nameInOnePartition(`${scenario.what.replaceAll(" ", "-")}-${mishap}-${step}-${rounds}`)
  const { call, after } = await scenario.prepare({ name, faulty, healthy: site.healthy(), clock })
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
  return { victim, died, calls }
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
