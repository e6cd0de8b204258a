import type { Sample } from "./sample.ts"
import { quantile } from "./statistics.ts"

/** A system that runs workflows durably. A run adds up what its steps give, one after another: the first gives 1, the second 2, … */
export interface WorkflowTarget {
  /** Starts a run under this id and answers what it gave. */
  run(id: string): Promise<number>
  /** How many steps of each run the storage holds as done, by the run's id. */
  recorded(): Promise<ReadonlyMap<string, number>>
  close(): Promise<void>
}

export interface WorkflowLoad {
  /** Steps of each run. */
  readonly steps: number
  /** Runs in flight. */
  readonly inFlight: number
  readonly warmUpMs: number
  readonly spanMs: number
}

/** Keeps runs in flight and counts those that ended within the span, then reads back what was recorded of all of them. */
export async function workflowsUnderLoad(target: WorkflowTarget, load: WorkflowLoad): Promise<Sample> {
  try {
    const ended = new Map<string, number>()
    const latencies: number[] = []
    const from = performance.now() + load.warmUpMs
    const until = from + load.spanMs
    const keepRunning = async (caller: number): Promise<void> => {
      for (let turn = 0; performance.now() < until; turn += 1) {
        const id = `${caller}.${turn}`
        const began = performance.now()
        const output = await target.run(id)
        const now = performance.now()
        ended.set(id, output)
        if (now >= from && now < until) latencies.push(now - began)
      }
    }
    await Promise.all(Array.from({ length: load.inFlight }, (_, caller) => keepRunning(caller)))
    latencies.sort((a, b) => a - b)
    const faults = faultsOf(ended, await target.recorded(), load.steps)
    const facts = { p50Ms: quantile(latencies, 0.5), p99Ms: quantile(latencies, 0.99) }
    return { value: (latencies.length * 1_000) / load.spanMs, operations: latencies.length, faults, facts }
  } finally {
    await target.close()
  }
}

/** A run that gave something else than the sum of its steps is out of order; steps that the storage lacks are lost, those it has twice doubled. */
function faultsOf(
  ended: ReadonlyMap<string, number>,
  recorded: ReadonlyMap<string, number>,
  steps: number,
): Sample["faults"] {
  let [lost, doubled, outOfOrder] = [0, 0, 0]
  for (const [id, output] of ended) {
    const done = recorded.get(id) ?? 0
    lost += Math.max(steps - done, 0)
    doubled += Math.max(done - steps, 0)
    if (output !== (steps * (steps + 1)) / 2) outOfOrder += 1
  }
  return { lost, doubled, outOfOrder }
}
