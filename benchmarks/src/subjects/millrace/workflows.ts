import { type Backend, createApp, durable, workflow } from "../../../../packages/core/src/index.ts"
import type { WorkflowTarget } from "../../harness/workflow-load.ts"
import { quietLogger } from "./quiet-logger.ts"

const give = durable("give", async (number: number) => number)

/** The types of what the log holds of steps that are done, and how the streams of runs begin. */
const DONE = ["add_up.step_recorded", "add_up.step_completed"]
const RUNS = "add_up-"

/** Workers at their defaults, in the process that starts the runs. */
export async function millraceWorkflows(backend: Backend, steps: number): Promise<WorkflowTarget> {
  const AddUp = workflow("add_up", async () => {
    let sum = 0
    for (let number = 1; number <= steps; number += 1) sum += await give(number)
    return sum
  })
  const app = await createApp({ backend, logger: quietLogger, reactors: [AddUp] })
  await app.start()
  return {
    async run(id) {
      const outcome = await (await app.startWorkflow(AddUp, undefined, { id })).wait()
      if (outcome.status !== "completed") throw new Error(`run ${id} ended ${outcome.status}`)
      return outcome.output
    },
    async recorded() {
      const steps = new Map<string, number>()
      for await (const { streamId } of app.readLog({ types: DONE })) {
        const id = streamId.slice(RUNS.length)
        steps.set(id, (steps.get(id) ?? 0) + 1)
      }
      return steps
    },
    async close() {
      await app.close()
      await backend.close()
    },
  }
}
