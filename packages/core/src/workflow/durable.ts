import { DefinitionError } from "../message/definition-error.ts"
import { callerHere } from "./call-context.ts"
import { currentStepOrNone } from "./current-step.ts"
import type { Recorded } from "./recorded.ts"
import { type DurableOptions, stepPolicy } from "./step-policy.ts"

/** A step: called inside a workflow it runs once, its outcome is recorded, and every later run of the code gets that outcome. */
export interface Durable<Args extends readonly unknown[], Out> {
  (...args: Args): Promise<Out>
  /** The function itself, for use outside of workflows and in tests. */
  readonly plain: (...args: Args) => unknown
}

/**
 * Makes a step of a function. Its name is what is recorded: keep it when the function changes its name. Throws inside a workflow `StepFailed` when
 * the function has failed for good; outside of one it refuses to run. The function may ask `currentStep()` for its idempotency key.
 */
export function durable<Args extends readonly unknown[], Out>(
  name: string,
  fn: (...args: Args) => Out,
  options?: DurableOptions,
): Durable<Args, Recorded<Awaited<Out>>>
export function durable(name: string, fn: (...args: never) => unknown, options: DurableOptions = {}): object {
  requireStepName(name)
  if (typeof fn !== "function")
    throw new DefinitionError(`durable("${name}", …) needs a function as its second argument`)
  const policy = stepPolicy(name, options)
  const step = (...args: readonly unknown[]): Promise<unknown> => {
    const caller = callerHere()
    if (caller !== undefined) {
      return caller.step({ name, args, policy, invoke: (): unknown => Reflect.apply(fn, undefined, args) })
    }
    const inside = currentStepOrNone()
    throw new DefinitionError(
      inside === undefined
        ? `${name} is a step of a workflow: call it inside one, or call ${name}.plain(…) for the function alone`
        : `${name} was called inside the step ${inside.step}: steps do not nest, call ${name}.plain(…) there`,
    )
  }
  Object.defineProperty(step, "name", { value: name })
  return Object.freeze(Object.assign(step, { plain: fn }))
}

/** The longest name of a step. */
const STEP_NAME_LENGTH = 200

function requireStepName(name: string): void {
  if (typeof name === "string" && name !== "" && name.length <= STEP_NAME_LENGTH && name === name.trim()) return
  throw new DefinitionError(`durable(…) needs a name: a string of 1 to ${STEP_NAME_LENGTH} characters`)
}
