import type { StoredMessage } from "../message/message.ts"
import type { Action } from "../reactor/action.ts"
import { observed } from "../reactor/observed.ts"
import type { Access, Batch, Outcome } from "../reactor/registration.ts"
import { attemptStep } from "./attempt-step.ts"
import { WorkflowChanged } from "./errors.ts"
import { rememberStep } from "./handle-run.ts"
import { LiveRun } from "./live-run.ts"
import { OpenStep } from "./open-step.ts"
import { replayTo } from "./replay-to.ts"
import { isCancel, type RunStep, runStepIn } from "./run-event.ts"
import { endsCollection, runTypesOf, stepStream } from "./run-types.ts"
import type { WorkflowSpec } from "./workflow-types.ts"

/** Runs steps that were sent to a lane of their own: those that run beside others, and retries. */
export async function handleStep(spec: WorkflowSpec, batch: Batch, access: Access): Promise<Outcome> {
  const done: Outcome["done"][number][] = []
  let again: (() => void) | undefined
  for (const delivery of batch.messages) {
    if (access.aborted) break
    try {
      const run = (): Promise<Ran | undefined> => runOne(spec, delivery.message, batch.fresh, access)
      const ran = delivery.handledBefore ? NOTHING : await observed(access, delivery, run)
      if (ran === undefined) break
      done.push({ delivery, actions: ran.actions })
      again = ran.again
    } catch (error) {
      return { done, failed: { delivery, error } }
    }
  }
  return again === undefined ? { done } : { done, stored: again }
}

interface Ran {
  readonly actions: readonly Action[]
  /** Keeps the step's code for its next attempt. */
  readonly again: (() => void) | undefined
}

const NOTHING: Ran = { actions: [], again: undefined }

async function runOne(
  spec: WorkflowSpec,
  message: StoredMessage,
  fresh: boolean,
  access: Access,
): Promise<Ran | undefined> {
  const asked = runStepIn(message)
  const ended = await access.document(endsCollection(spec.name), asked.run.slice(spec.name.length + 1))
  if (ended !== undefined) return NOTHING
  const types = runTypesOf(spec.name)
  // Its code may be undoing things already: what has not begun, or waits for its next try, is not to be done behind that.
  if (!asked.cancelled) {
    const since = await access.history(asked.run, { after: asked.seen })
    if (since.some((event) => isCancel(event, types))) return NOTHING
  }
  const step = await openStep(spec, asked, fresh, access)
  const { attempt: number, seen, cancelled } = asked
  const actions = await attemptStep({ step, number, seen, cancelled }, types, access)
  if (actions === undefined) return undefined
  const retried = actions.some((action) => action.kind === "schedule")
  return { actions, again: retried ? () => rememberStep(asked.run, step, access.baselines) : undefined }
}

/** The step's code: remembered by this process, or found by bringing the run to where it asked for the step. */
async function openStep(spec: WorkflowSpec, asked: RunStep, fresh: boolean, access: Access): Promise<OpenStep> {
  const kept = access.baselines.get(stepStream(asked.run, asked.step))?.state
  if (!fresh && kept instanceof OpenStep && kept.args === asked.args) return kept
  const live = new LiveRun(spec, asked.run)
  await replayTo(live, asked.seen, access)
  const step = live.calls.get(asked.step)?.step
  if (step === undefined || step.args !== asked.args)
    throw new WorkflowChanged(asked.run, `it has asked for ${asked.step}, which today's code does not call there`)
  return step
}
