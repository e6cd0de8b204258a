import { AsyncLocalStorage } from "node:async_hooks"

import type { StepPolicy } from "./step-policy.ts"

/** A call of a step, as the workflow made it. */
export interface StepCall {
  readonly name: string
  readonly args: readonly unknown[]
  readonly policy: StepPolicy
  readonly invoke: () => unknown
}

/** The run whose code is running: where calls of steps go. */
export interface StepCaller {
  step(call: StepCall): Promise<unknown>
}

const callers = new AsyncLocalStorage<StepCaller>()

/** Runs a workflow's code, so that the steps it calls find their run. */
export function runAsCaller<T>(caller: StepCaller, code: () => T): T {
  return callers.run(caller, code)
}

/** The run whose code this is. */
export function callerHere(): StepCaller | undefined {
  return callers.getStore()
}
