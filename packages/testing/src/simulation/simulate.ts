import { drawPlan, type Plan } from "./plan.ts"
import { type Outcome, play, type PlayOptions } from "./play.ts"
import type { Scenario } from "./scenario.ts"
import { shrink } from "./shrink.ts"

/** Which histories to play. */
export interface SimulateOptions extends Pick<PlayOptions, "backend" | "twin"> {
  /** How many seeds. */
  readonly seeds: number
  /** The first seed. Default 1. */
  readonly from?: number
  /** Every so many seeds: so that several processes share the work. Default 1. */
  readonly step?: number
  /** Whether a history that fails is shortened and told. Default true; it takes some hundred tries. */
  readonly shorten?: boolean
  /** Called after each seed. */
  readonly onSeed?: (seed: number, outcome: Outcome) => void
}

/** What playing histories came to. */
export interface Simulated<Act> {
  readonly seeds: number
  readonly events: number
  readonly simulatedMs: number
  /** How many faults of calls and callbacks happened. */
  readonly faults: number
  /** The first history that failed. */
  readonly failure?: Failure<Act>
}

/** A history that failed, and the shortest that was found to fail like it. */
export interface Failure<Act> {
  readonly seed: number
  readonly violations: readonly string[]
  readonly shortest: Plan<Act>
  /** What happens in the shortest one, and what is wrong with it. */
  readonly history: readonly string[]
}

/** Plays one history per seed, up to the first that fails, which is shortened. */
export async function simulate<Act>(
  scenario: Scenario<Act>,
  { seeds, from = 1, step = 1, shorten = true, onSeed, ...options }: SimulateOptions,
): Promise<Simulated<Act>> {
  const sum = { seeds: 0, events: 0, simulatedMs: 0, faults: 0 }
  for (let seed = from; sum.seeds < seeds; seed += step) {
    const plan = drawPlan(seed, scenario.draw)
    const outcome = await play(scenario, plan, options)
    sum.seeds += 1
    sum.events += outcome.events
    sum.simulatedMs += outcome.simulatedMs
    sum.faults += outcome.faults.length
    onSeed?.(seed, outcome)
    if (outcome.violations.length === 0) continue
    const { violations } = outcome
    const failure = shorten
      ? await explain(scenario, plan, outcome, options)
      : { seed, violations, shortest: plan, history: [] }
    return { ...sum, failure }
  }
  return sum
}

/** Shortens a history that failed and tells it. */
export async function explain<Act>(
  scenario: Scenario<Act>,
  plan: Plan<Act>,
  { violations, faults }: Outcome,
  options: Pick<PlayOptions, "backend" | "twin"> = {},
): Promise<Failure<Act>> {
  const fails = async (candidate: Plan<Act>): Promise<boolean> =>
    (await play(scenario, candidate, options)).violations.length > 0
  const named = { ...plan, faults }
  const shortest = (await fails(named)) ? await shrink(named, fails) : plan
  const { history } = await play(scenario, shortest, { ...options, history: true })
  return { seed: plan.seed, violations, shortest, history }
}
