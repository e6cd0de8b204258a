import type { Json } from "../message/json.ts"
import type { Action } from "../reactor/action.ts"
import type { Access } from "../reactor/registration.ts"
import { type CurrentStep, runAsStep } from "./current-step.ts"
import { NotRecordable, StepTimedOut } from "./errors.ts"
import { failureJson, failureOf } from "./failure.ts"
import type { OpenStep } from "./open-step.ts"
import { recorded } from "./recorded.ts"
import { runMessage } from "./run-message.ts"
import { type RunTypes, stepStream } from "./run-types.ts"

/** One attempt at a step. */
export interface Attempt {
  readonly step: OpenStep
  /** From 1. */
  readonly number: number
  /** The version of the run at which it asked for the step. */
  readonly seen: number
  /** Whether the run had been told to end by then. */
  readonly cancelled: boolean
}

/** What came of an attempt. */
export type Attempted =
  | { readonly kind: "completed"; readonly output: Json | undefined }
  /** With what to store of it. */
  | { readonly kind: "failed"; readonly actions: readonly Action[] }

/** Runs a step's function once and answers what to store of it; `undefined` when the worker had to stop before it was done. */
export async function attemptStep(
  attempt: Attempt,
  types: RunTypes,
  access: Access,
): Promise<readonly Action[] | undefined> {
  const attempted = await attemptOnce(attempt, types, access)
  if (attempted === undefined || attempted.kind === "failed") return attempted?.actions
  return completed(attempt.step, attempted.output, types)
}

/** What to store of a step that is done, for its run to be told. */
export function completed({ run, key, args }: OpenStep, output: Json | undefined, types: RunTypes): readonly Action[] {
  const event = runMessage("event", types.stepCompleted, run, { step: key, args, output })
  return [{ kind: "append-next", messages: [event] }]
}

/** Runs a step's function once; `undefined` when the worker had to stop before it was done. */
export async function attemptOnce(attempt: Attempt, types: RunTypes, access: Access): Promise<Attempted | undefined> {
  if (access.aborted) return undefined
  try {
    const output = recorded(`the output of ${attempt.step.key}`, await invoke(attempt, access))
    return access.aborted ? undefined : { kind: "completed", output }
  } catch (error) {
    return access.aborted ? undefined : { kind: "failed", actions: failed(attempt, error, types, access) }
  }
}

/** The failure is recorded; the next attempt waits as a schedule, so that neither a lane nor a worker is held by it. */
function failed(
  { step, number, seen, cancelled }: Attempt,
  error: unknown,
  types: RunTypes,
  access: Access,
): readonly Action[] {
  const { run, key, args, policy } = step
  // What the function gave was not to be recorded: doing it again would give the same.
  const waitMs = error instanceof NotRecordable ? undefined : policy.retryAfterMs(error, number)
  const fields = {
    step: key,
    args,
    attempt: number,
    final: waitMs === undefined,
    failure: failureJson(failureOf(error)),
  }
  const event = runMessage("event", types.stepFailed, run, fields)
  const recordedFailure: Action = { kind: "append-next", messages: [event] }
  access.logger.warn({ err: error, run, step: key, attempt: number, waitMs }, "a step failed")
  if (waitMs === undefined) return [recordedFailure]
  const again = runStepMessage({ step, number: number + 1, seen, cancelled }, types)
  return [recordedFailure, { kind: "schedule", messages: [again], at: access.time.now() + waitMs }]
}

/** The command that runs a step in a lane of its own. */
export function runStepMessage(
  { step, number, seen, cancelled }: Attempt,
  types: RunTypes,
): ReturnType<typeof runMessage> {
  const { run, key, args } = step
  const fields = { run, step: key, args, attempt: number, seen, ...(cancelled ? { cancelled } : {}) }
  return runMessage("command", types.runStep, stepStream(run, key), fields)
}

/** The function's result, or whatever comes first of: it throws, its time is up, its worker has to stop. */
async function invoke({ step, number }: Attempt, { time, signal }: Access): Promise<unknown> {
  const { run, key, policy } = step
  const timeUp = new AbortController()
  const current: CurrentStep = {
    run,
    step: key,
    idempotencyKey: stepStream(run, key),
    attempt: number,
    signal: AbortSignal.any([signal, timeUp.signal]),
  }
  const ends = Promise.withResolvers<never>()
  ends.promise.catch(() => {})
  const { timeoutMs } = policy
  const cancel =
    timeoutMs === undefined
      ? (): void => {}
      : time.setTimer(timeoutMs, () => {
          const error = new StepTimedOut(key, timeoutMs)
          timeUp.abort(error)
          ends.reject(error)
        })
  const onAbort = (): void => ends.reject(new Error("the worker has to stop", { cause: signal.reason }))
  if (signal.aborted) onAbort()
  else signal.addEventListener("abort", onAbort, { once: true })
  try {
    const running = runAsStep(current, async (): Promise<unknown> => step.invoke())
    running.catch(() => {})
    return await Promise.race([running, ends.promise])
  } finally {
    cancel()
    signal.removeEventListener("abort", onAbort)
  }
}
