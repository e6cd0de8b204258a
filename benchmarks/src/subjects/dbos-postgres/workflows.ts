import { DBOS } from "@dbos-inc/dbos-sdk"
import { Client } from "pg"

import type { WorkflowTarget } from "../../harness/workflow-load.ts"

/** As its documentation writes them: a registered workflow whose steps are `DBOS.runStep`, started under an id, at its defaults, in the process that starts the runs. */
export async function dbosWorkflows(url: string, steps: number): Promise<WorkflowTarget> {
  DBOS.setConfig({ name: "bench", systemDatabaseUrl: url, logLevel: "error" })
  const addUp = DBOS.registerWorkflow(
    async () => {
      let sum = 0
      for (let number = 1; number <= steps; number += 1) sum += await DBOS.runStep(async () => number, { name: "give" })
      return sum
    },
    { name: "add_up" },
  )
  await DBOS.launch()
  return {
    run: async (workflowID) => (await DBOS.startWorkflow(addUp, { workflowID })()).getResult(),
    recorded: () => recordedSteps(url),
    close: () => DBOS.shutdown(),
  }
}

async function recordedSteps(url: string): Promise<ReadonlyMap<string, number>> {
  const client = new Client(url)
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string; steps: number }>(
      `SELECT workflow_uuid AS id, count(*)::int AS steps FROM dbos.operation_outputs
       WHERE function_name = 'give' GROUP BY workflow_uuid`,
    )
    return new Map(rows.map(({ id, steps }) => [id, steps]))
  } finally {
    await client.end()
  }
}
