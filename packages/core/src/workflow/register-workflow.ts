import type { ErrorStrategy } from "../reactor/error-strategy.ts"
import type { Registration } from "../reactor/registration.ts"
import { WorkflowNewer } from "./errors.ts"
import { handleRun } from "./handle-run.ts"
import { handleStep } from "./handle-step.ts"
import { runTypesOf, wantedTypes } from "./run-types.ts"
import type { WorkflowSpec } from "./workflow-types.ts"

/** How long a run waits for a process that knows its version. */
const NEWER_AFTER_MS = 5_000

/** A workflow as the runtime sees it: a group like any other, whose streams are its runs and their steps. */
export function registerWorkflow(spec: WorkflowSpec): Registration {
  const types = runTypesOf(spec.name)
  return {
    group: spec.name,
    types: wantedTypes(types),
    order: "stream",
    startFrom: { at: "beginning" },
    errorStrategy: parkUnlessNewer,
    needsTx: false,
    waits: true,
    decides: [],
    handle: (batch, access) =>
      batch.messages[0]?.message.type === types.runStep
        ? handleStep(spec, batch, access)
        : handleRun(spec, batch, access),
  }
}

/** Failures of steps are recorded and retried by themselves: what fails here is the code's fit to its history. */
const parkUnlessNewer: ErrorStrategy = (error, _, { now }) =>
  error instanceof WorkflowNewer ? { kind: "retry", at: now + NEWER_AFTER_MS } : { kind: "park" }
