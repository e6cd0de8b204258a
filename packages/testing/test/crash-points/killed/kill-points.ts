import type { Scenario } from "../scenario.ts"
import type { KillMishap, Site } from "../site.ts"
import type { FinishedPoints } from "./finished-points.ts"
import type { StorageName } from "./told.ts"
import { type Victims, victimsOn } from "./victims.ts"

/** Which points are struck. */
export interface KillPlan {
  readonly scenarios: readonly Scenario[]
  readonly picked: (scenario: Scenario, mishap: KillMishap, step: number, calls: number) => boolean
  readonly finished: FinishedPoints
}

/** What came of it. */
export interface Kills {
  /** There were so many in the scenarios played. */
  readonly points: number
  /** Processes that ended at theirs. */
  readonly killed: number
  /** Finished by an earlier run. */
  readonly finishedBefore: number
  /** What was found wrong, each with its point. */
  readonly findings: readonly string[]
}

const MISHAPS = ["killed before", "killed after"] as const

/** How often a point that was not reached (a process that has just started may make its calls in another order) is tried. */
const TRIES = 3

/** Ends a process by SIGKILL at each point that is picked, one process for each, and audits the storage with the next. Goes on after a finding. */
export async function killPoints(storage: StorageName, site: Site, plan: KillPlan): Promise<Kills> {
  const victims = victimsOn(storage, site)
  const findings: string[] = []
  let [points, killed, finishedBefore] = [0, 0, 0]
  try {
    for (const scenario of plan.scenarios) {
      const calls = await victims.callsOf(scenario)
      for (const mishap of MISHAPS) {
        for (const [step, call] of calls.entries()) {
          if (!isPoint(storage, mishap, step, calls.length)) continue
          points += 1
          if (!plan.picked(scenario, mishap, step, calls.length)) continue
          const point = `${scenario.what}, ${mishap} call ${step}: ${call}`
          if (plan.finished.has(point)) {
            finishedBefore += 1
            continue
          }
          const found = await killAt(victims, { scenario, mishap, step })
          if (found === undefined) {
            killed += 1
            plan.finished.add(point)
          } else findings.push(`${point}: ${found}`)
        }
      }
    }
  } finally {
    await victims.end()
  }
  return { points, killed, finishedBefore, findings }
}

/** SQLite is called and answers in one go: after a call is before the next one. */
function isPoint(storage: StorageName, mishap: KillMishap, step: number, calls: number): boolean {
  return storage !== "sqlite" || mishap === "killed before" || step === calls - 1
}

/** What was found wrong, if anything. */
async function killAt(victims: Victims, kill: Parameters<Victims["kill"]>[0]): Promise<string | undefined> {
  try {
    for (let attempt = 0; attempt < TRIES; attempt += 1) if (await victims.kill(kill)) return undefined
    return `the process made fewer calls at each of ${TRIES} tries`
  } catch (error) {
    await victims.forget()
    return error instanceof Error ? error.message : String(error)
  }
}
