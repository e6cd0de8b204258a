import type { WorkflowContender } from "../../benches/workflows.ts"

const workflows: WorkflowContender = (steps) => ({
  name: "dbos",
  peer: "dbos-postgres",
  open: async ({ url }) => (await import("./workflows.ts")).dbosWorkflows(url, steps),
})

/** DBOS on Postgres. */
export const dbos = { workflows }
