import { DefinitionError } from "../message/definition-error.ts"
import type { AnyEvent, PayloadArguments, PayloadIn } from "../message/definition.ts"
import type { Draft } from "../message/draft.ts"
import type { JsonObject } from "../message/json.ts"
import type { Storable } from "../message/storable.ts"
import { REGISTRATION, type Registration } from "../reactor/registration.ts"
import { requireGroupName } from "../reactor/require-group-name.ts"
import type { ChildInput, Flow } from "./flow.ts"
import type { Recorded } from "./recorded.ts"
import { registerWorkflow } from "./register-workflow.ts"
import { cancelMessage, signalMessage, startMessage } from "./run-messages.ts"
import { type AnyWorkflow, WORKFLOW, type WorkflowSpec } from "./workflow-types.ts"

/** A workflow: code whose steps are recorded, so that a run goes on where it was after any crash. Registered like every reactor. */
export interface Workflow<Name extends string = string, In = unknown, Out = unknown> extends AnyWorkflow {
  readonly name: Name
  readonly "~types"?: { readonly in: In; readonly out: Out }
  /** The message that starts a run: for reactions and handlers to produce, or to be scheduled. A second one for the same id does nothing. */
  start(id: string, ...input: ChildInput<Workflow<Name, In, Out>>): Draft<string, JsonObject, "event">
  /** The message that sends a run the event it waits for. Throws `InvalidPayload`. */
  signal<D extends AnyEvent>(
    id: string,
    event: D,
    ...payload: PayloadArguments<PayloadIn<D>>
  ): Draft<string, JsonObject, "event">
  /** The message that asks a run to end. */
  cancel(id: string, reason?: string): Draft<string, JsonObject, "event">
}

/** What may be set for a workflow. */
export interface WorkflowOptions {
  /** Raise it when the steps change: runs begun before see their own in `flow.version`. A whole number from 1, the default. */
  readonly version?: number
}

/** Refuses an input that the log could not give back as it was. */
export type RefuseUnstorableInput<In> =
  Storable<In> extends true
    ? unknown
    : {
        readonly refused: "the input of this workflow can not be stored as JSON: take strings, numbers, booleans, null, arrays and plain objects"
      }

/** Makes a workflow of a function. Its name is its consumer group's, and the beginning of its runs' streams. */
export function workflow<const Name extends string, In, Out>(
  name: Name & RefuseUnstorableInput<In>,
  run: (input: In, flow: Flow) => Out,
  options?: WorkflowOptions,
): Workflow<Name, In, Recorded<Awaited<Out>>>
export function workflow(
  name: string,
  run: (input: never, flow: Flow) => unknown,
  { version = 1 }: WorkflowOptions = {},
): object {
  requireGroupName("workflow", name)
  if (name.length > MAX_WORKFLOW_NAME)
    throw new DefinitionError(`workflow("${name}", …): the name is longer than ${MAX_WORKFLOW_NAME} characters`)
  if (typeof run !== "function")
    throw new DefinitionError(`workflow("${name}", …) needs a function as its second argument`)
  if (!Number.isInteger(version) || version < 1)
    throw new DefinitionError(`workflow("${name}"): version is ${version}, and has to be a whole number from 1`)
  return new BuiltWorkflow({
    name,
    version,
    run: (input, flow): unknown => Reflect.apply(run, undefined, [input, flow]),
  })
}

/** The longest name of a workflow: the types of its messages are longer than it. */
const MAX_WORKFLOW_NAME = 180

class BuiltWorkflow {
  readonly name: string
  readonly version: number
  readonly [WORKFLOW]: WorkflowSpec

  constructor(spec: WorkflowSpec) {
    this.name = spec.name
    this.version = spec.version
    this[WORKFLOW] = spec
  }

  get [REGISTRATION](): Registration {
    return registerWorkflow(this[WORKFLOW])
  }

  start(id: string, input?: unknown): Draft {
    return startMessage(this, id, input)
  }

  signal(id: string, event: AnyEvent, input?: unknown): Draft {
    return signalMessage(this, id, event, input)
  }

  cancel(id: string, reason?: string): Draft {
    return cancelMessage(this, id, reason)
  }
}
