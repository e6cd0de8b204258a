import type { Plan } from "./plan.ts"

/** Plays a plan and answers whether it fails still. */
export type Fails<Act> = (plan: Plan<Act>) => Promise<boolean>

/** The most plans that shrinking tries. */
const MOST_TRIES = 400

/**
 * Shortens a plan that fails, as long as it fails: fewer steps, fewer faults, calmer wake-ups, one lane of work at a time. `plan.faults` has to name the faults that
 * happened, for a seed would give others once a step is gone.
 */
export async function shrink<Act>(plan: Plan<Act>, fails: Fails<Act>): Promise<Plan<Act>> {
  let best = plan
  let tries = 0
  const attempt = async (candidate: Plan<Act>): Promise<boolean> => {
    if (tries >= MOST_TRIES) return false
    tries += 1
    if (!(await fails(candidate))) return false
    best = candidate
    return true
  }
  for (let before = -1; before !== sizeOf(best) && tries < MOST_TRIES;) {
    before = sizeOf(best)
    await thin(
      () => best.steps,
      (steps) => attempt({ ...best, steps }),
    )
    await thin(
      () => best.faults ?? [],
      (faults) => attempt({ ...best, faults }),
    )
    for (const simpler of simplerThan(best)) await attempt(simpler)
  }
  return best
}

function sizeOf({ steps, faults = [], settings }: Plan<unknown>): number {
  return steps.length + faults.length + settings.processes
}

/** Leaves out ever smaller pieces of a list. */
async function thin<T>(list: () => readonly T[], attempt: (shorter: readonly T[]) => Promise<boolean>): Promise<void> {
  for (let size = Math.ceil(list().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < list().length;) {
      const shorter = list().toSpliced(at, size)
      if (!(await attempt(shorter))) at += size
    }
  }
}

function simplerThan<Act>(plan: Plan<Act>): readonly Plan<Act>[] {
  const { settings, wakes } = plan
  const simpler: Plan<Act>[] = []
  if (settings.processes > 1) simpler.push({ ...plan, settings: { ...settings, processes: settings.processes - 1 } })
  if (settings.concurrency.some((one) => one > 1))
    simpler.push({ ...plan, settings: { ...settings, concurrency: settings.concurrency.map(() => 1) } })
  if (settings.partitions > 1) simpler.push({ ...plan, settings: { ...settings, partitions: 1 } })
  if (wakes.doubled > 0) simpler.push({ ...plan, wakes: { ...wakes, doubled: 0 } })
  if (wakes.lost > 0) simpler.push({ ...plan, wakes: { ...wakes, lost: 0 } })
  return simpler
}
