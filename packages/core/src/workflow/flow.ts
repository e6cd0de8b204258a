import type { AnyEvent, PayloadOut } from "../message/definition.ts"
import type { AnyWorkflow, WorkflowInput, WorkflowOutput } from "./workflow-types.ts"

/** What a workflow's code gets beside its input. All of it answers the same whenever the code is run again. */
export interface Flow {
  /** The id the run was started with. */
  readonly id: string
  /** The version of the workflow that the run was begun with: code that has changed since lets lower ones go the old way. */
  readonly version: number
  /** The time of the event that brought the run here, by the storage's clock. It stands still between two steps. */
  now(): Date
  /** A number from 0 up to 1. Not a secret: it follows from the run's id. */
  random(): number
  /** A UUID. Not a secret: it follows from the run's id. */
  uuid(): string
  /** Waits; no process has to stay alive for it. */
  sleep(ms: number): Promise<void>
  /** Waits for an instant; one that has passed means now. */
  sleepUntil(date: Date): Promise<void>
  /** Waits for a signal that carries this event. Signals wait too: each is taken once, in the order they came. */
  waitFor<D extends AnyEvent>(event: D): Promise<PayloadOut<D>>
  /** The same, for at most `timeoutMs`: then `undefined`. */
  waitFor<D extends AnyEvent>(event: D, options: { readonly timeoutMs: number }): Promise<PayloadOut<D> | undefined>
  /** Runs another workflow and waits for its output. Throws `StepFailed` when it fails or is cancelled. Cancelling this run cancels it too. */
  child<W extends AnyWorkflow>(workflow: W, ...input: ChildInput<W>): Promise<WorkflowOutput<W>>
  /** Waits for all of them, side by side, and answers all outputs. When some fail it still waits for the others, then throws the first one's error. */
  all<const T extends readonly unknown[]>(calls: T): Promise<{ -readonly [At in keyof T]: Awaited<T[At]> }>
}

/** The input of a child workflow: none where it takes none. */
export type ChildInput<W extends AnyWorkflow> =
  undefined extends WorkflowInput<W> ? [input?: WorkflowInput<W>] : [input: WorkflowInput<W>]
