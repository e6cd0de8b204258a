import type { StepPolicy } from "./step-policy.ts"

/** A step that a run asked for and that has no outcome yet, with the code that runs it. */
export class OpenStep {
  /** The stream of the run. */
  readonly run: string
  readonly key: string
  readonly args: string
  readonly policy: StepPolicy
  readonly invoke: () => unknown

  constructor(run: string, call: Omit<OpenStep, "run">) {
    this.run = run
    this.key = call.key
    this.args = call.args
    this.policy = call.policy
    this.invoke = call.invoke
  }
}
