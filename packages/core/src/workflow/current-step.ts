import { AsyncLocalStorage } from "node:async_hooks"

import { DefinitionError } from "../message/definition-error.ts"

/** What a step's function may know of the step it runs as. */
export interface CurrentStep {
  /** The stream of the run it belongs to. */
  readonly run: string
  /** Its name and which of the name's calls it is: `book_flight#1`. */
  readonly step: string
  /** The same on every attempt and in every process: give it to whatever the step calls outside, so that a repetition there has no second effect. */
  readonly idempotencyKey: string
  /** Which attempt this is, from 1. */
  readonly attempt: number
  /** Aborted when the attempt has taken too long, or its worker has to stop or has lost its lease. */
  readonly signal: AbortSignal
}

const steps = new AsyncLocalStorage<CurrentStep>()

/** Runs a step's function, so that `currentStep` answers in it. */
export function runAsStep<T>(step: CurrentStep, code: () => T): T {
  return steps.run(step, code)
}

/** The step whose function this is called in. Throws outside of one. */
export function currentStep(): CurrentStep {
  const step = steps.getStore()
  if (step !== undefined) return step
  throw new DefinitionError(
    "currentStep() was called outside of a step: only functions given to durable(…) run as steps",
  )
}

export function currentStepOrNone(): CurrentStep | undefined {
  return steps.getStore()
}
