import type { Scenario } from "../scenario.ts"
import type { KillMishap, Site } from "../site.ts"
import type { FinishedPoints } from "./finished-points.ts"
import type { StorageName } from "./told.ts"
import { type Kill, type Victims, victimsOn } from "./victims.ts"

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
  /** Not reached, nor the last call that was made in its place. */
  readonly missed: readonly string[]
  /** What was found wrong, each with its point. */
  readonly findings: readonly string[]
}

const MISHAPS = ["killed before", "killed after"] as const

/** Ends a process by SIGKILL at each point that is picked, one process for each, and audits the storage with the next. Goes on after a finding. */
export async function killPoints(storage: StorageName, site: Site, plan: KillPlan): Promise<Kills> {
  const victims = victimsOn(storage, site)
  const findings: string[] = []
  const missed: string[] = []
  let [points, killed, finishedBefore] = [0, 0, 0]
  try {
    for (const scenario of plan.scenarios) {
      const calls = await victims.callsOf(scenario)
      for (const mishap of MISHAPS) {
        for (const [step, call] of calls.entries()) {
          if (!isPoint(storage, mishap, step, calls.length)) continue
          points += 1
          if (!plan.picked(scenario, mishap, step, calls.length)) continue
          const text = `${scenario.what}, ${mishap}: ${call.replace(/\s+/g, " ")}`
          const point = `${text} (call ${step})`
          if (plan.finished.has(point)) {
            finishedBefore += 1
            continue
          }
          const ended = await killAt(victims, { scenario, mishap, step })
          if (ended === "killed") {
            killed += 1
            plan.finished.add(point)
          } else if (ended === "missed") missed.push(point)
          else findings.push(`${point}: ${ended.found}`)
        }
      }
    }
  } finally {
    await victims.end()
  }
  return { points, killed, finishedBefore, missed, findings }
}

/** SQLite is called and answers in one go: after a call is before the next one. */
function isPoint(storage: StorageName, mishap: KillMishap, step: number, calls: number): boolean {
  return storage !== "sqlite" || mishap === "killed before" || step === calls - 1
}

/** Kills at a point, or tells that it was not reached, or what was found wrong. */
async function killAt(victims: Victims, kill: Kill): Promise<"killed" | "missed" | { readonly found: string }> {
  try {
    const first = await victims.kill(kill)
    if (first === "killed") return "killed"
    // One that has worked before knows more and asks for less: its last call takes the place of those it did not make.
    const last = await victims.kill({ ...kill, step: first.made - 1 })
    return last === "killed" ? "killed" : "missed"
  } catch (error) {
    await victims.forget()
    return { found: error instanceof Error ? error.message : String(error) }
  }
}
