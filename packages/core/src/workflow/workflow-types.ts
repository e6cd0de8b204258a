import type { Registrable } from "../reactor/registration.ts"
import type { Flow } from "./flow.ts"

/** Under this every workflow keeps what its runs are made of. */
export const WORKFLOW: unique symbol = Symbol.for("millrace.workflow")

/** A workflow as its runs see it. */
export interface WorkflowSpec {
  readonly name: string
  readonly version: number
  /** Runs the code. */
  readonly run: (input: unknown, flow: Flow) => unknown
}

/** Any workflow. */
export interface AnyWorkflow extends Registrable {
  readonly name: string
  readonly version: number
  readonly [WORKFLOW]: WorkflowSpec
  /** Never set: carries what the workflow takes and gives. */
  readonly "~types"?: { readonly in: unknown; readonly out: unknown }
}

/** What a workflow takes. */
export type WorkflowInput<W extends AnyWorkflow> = NonNullable<W["~types"]>["in"]

/** What a workflow gives, as the log holds it. */
export type WorkflowOutput<W extends AnyWorkflow> = NonNullable<W["~types"]>["out"]
