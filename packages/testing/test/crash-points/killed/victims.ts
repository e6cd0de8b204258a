import { type Backend, BackendError } from "@millrace/core"

import { store } from "../../../src/conformance/build/appending.ts"
import { event } from "../../../src/conformance/build/messages.ts"
import { nameInOnePartition } from "../name-in-one-partition.ts"
import type { Aftermath, Prepared, Scenario } from "../scenario.ts"
import type { KillMishap, Site } from "../site.ts"
import { routedBackend, routeTo } from "./routed-backend.ts"
import { startVictim, type Victim } from "./start-victim.ts"
import type { StorageName } from "./told.ts"

/** A call that no scenario gets to. */
const NEVER = Number.MAX_SAFE_INTEGER

/** A kill: of whom, and where. */
export interface Kill {
  readonly scenario: Scenario
  readonly mishap: KillMishap
  readonly step: number
}

/** Processes to be killed, one after the other, each started before it is needed. */
export interface Victims {
  /** Plays a scenario in a process and kills nobody. Answers the calls that it made. */
  callsOf(scenario: Scenario): Promise<readonly string[]>
  /**
   * Plays a scenario in a process that ends by SIGKILL at this call; a process that starts afterwards looks at what is in the storage and goes on. Answers how
   * many calls it made where they were too few for that.
   */
  kill(kill: Kill): Promise<"killed" | { readonly made: number }>
  /** Ends the process that works, after a finding: what it has in hand is nobody's any more. */
  forget(): Promise<void>
  end(): Promise<void>
}

/** Processes on a storage. */
export function victimsOn(storage: StorageName, site: Site): Victims {
  const { clock, url } = site
  const healthy = site.healthy()
  const start = (): Promise<Victim> => startVictim({ storage, url, clock, model: healthy })
  let next: Promise<Victim> | undefined
  let current: Victim | undefined
  let rounds = 0
  /** A process of which nobody has seen anything yet. */
  const fresh = async (): Promise<Victim> => {
    const victim = await (next ?? start())
    next = start()
    next.catch(() => {}) // Whoever takes it hears of it.
    return victim
  }
  const living = async (): Promise<Victim> => {
    if (current === undefined) {
      current = await fresh()
      await store(current.backend, event("warm-up", { type: "warm-up" }))
    }
    return current
  }
  const prepared = async (scenario: Scenario, told: string, other: () => Backend): Promise<Prepared> => {
    rounds += 1
    const { backend } = await living()
    const name = nameInOnePartition(`${scenario.what.replaceAll(" ", "-")}-${told}-${process.pid}-${rounds}`)
    return scenario.prepare({ name, faulty: backend, healthy: routedBackend(healthy, routeTo(other)), clock })
  }
  return {
    async callsOf(scenario) {
      const { call, after } = await prepared(scenario, "counted", () => healthy)
      const victim = await living()
      victim.arm(NEVER, "killed before")
      const outcome = await outcomeOf(call())
      const calls = await victim.disarm()
      await after({ died: false, ...outcome })
      return calls
    },
    async kill({ scenario, mishap, step }) {
      let other = healthy
      const { call, after } = await prepared(scenario, `${mishap.replace(" ", "-")}-${step}`, () => other)
      const victim = await living()
      victim.arm(step, mishap)
      const died = Symbol("died")
      const outcome = await Promise.race([outcomeOf(call()), victim.killed.then(() => died)])
      if (typeof outcome !== "symbol") {
        const made = await victim.disarm()
        await after({ died: false, ...outcome })
        return { made: made.length }
      }
      current = undefined
      current = await fresh()
      other = current.backend
      await after({ died: true })
      return "killed"
    },
    async forget() {
      const left = current
      current = undefined
      await left?.end()
    },
    async end() {
      for (const victim of [current, await next?.catch(() => undefined)]) await victim?.end()
    },
  }
}

/** What a call answered, or how it failed: with an error that says what is known. */
async function outcomeOf(call: Promise<unknown>): Promise<Pick<Aftermath, "answer" | "failed">> {
  try {
    return { answer: await call }
  } catch (error) {
    if (error instanceof BackendError && (error.code === "unavailable" || error.code === "outcome-unknown"))
      return { failed: error.code }
    throw error
  }
}
