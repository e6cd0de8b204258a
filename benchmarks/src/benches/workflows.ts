import { type Bench, type Contender, subjectOf } from "../harness/bench.ts"
import { type Bars, ratios } from "../harness/ratios.ts"
import { workflowsUnderLoad, type WorkflowTarget } from "../harness/workflow-load.ts"

/** Opens a system whose workflow has so many steps. */
export type WorkflowContender = (steps: number) => Contender<WorkflowTarget>

/** Who runs workflows, and how much faster Millrace is to be. */
export interface WorkflowBench {
  readonly rounds: number
  readonly steps: number
  readonly contenders: readonly WorkflowContender[]
  readonly bars: Bars
}

const IN_FLIGHT = 16

/** Durable workflows of steps that do nothing but answer, from the start of a run to its output. */
export function workflows({ rounds, steps, contenders, bars }: WorkflowBench): Bench {
  const name = `workflows-${steps}-${steps === 1 ? "step" : "steps"}`
  const load = { steps, inFlight: IN_FLIGHT, warmUpMs: 1_500, spanMs: 4_000 }
  return {
    name,
    what: `durable workflows of ${steps} ${steps === 1 ? "step that answers" : "steps, each of which answers"} at once, ${IN_FLIGHT} runs in flight, from the start of a run to its output`,
    unit: "workflows/s",
    rounds,
    subjects: contenders.map((one) => subjectOf(one(steps), (target) => workflowsUnderLoad(target, load))),
    claims: ratios(name, bars),
  }
}
