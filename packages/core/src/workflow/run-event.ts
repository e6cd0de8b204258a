import type { Instant } from "../message/ids.ts"
import type { Json } from "../message/json.ts"
import type { StoredMessage } from "../message/message.ts"
import { withShape } from "../message/shape.ts"
import { type RecordedFailure, failureIn, fieldOf } from "./failure.ts"
import type { RunTypes } from "./run-types.ts"

/** Who waits for a run: a step of another one. */
export interface Parent {
  readonly workflow: string
  /** The stream of the run. */
  readonly run: string
  readonly step: string
  readonly args: string
}

/** What the log says of a run, one event at a time. */
export type RunEvent =
  | {
      readonly kind: "started"
      readonly input: Json | undefined
      readonly version: number
      readonly parent: Parent | undefined
    }
  | {
      readonly kind: "step-completed"
      readonly step: string
      readonly args: string
      readonly output: Json | undefined
      /** When it was recorded, where its recorder did not wait to be told. */
      readonly at?: Instant
    }
  | {
      readonly kind: "step-failed"
      readonly step: string
      readonly args: string
      readonly attempt: number
      /** No further attempt follows. */
      readonly final: boolean
      readonly failure: RecordedFailure
    }
  | { readonly kind: "timer-fired"; readonly step: string }
  | { readonly kind: "signalled"; readonly type: string; readonly message: StoredMessage }
  | { readonly kind: "cancel-requested"; readonly reason: string | undefined }

/** What the command to run a step says. */
export interface RunStep {
  readonly run: string
  readonly step: string
  readonly args: string
  readonly attempt: number
  /** The version of the run at which it asked for the step. */
  readonly seen: number
  /** Whether the run had been told to end by then. */
  readonly cancelled: boolean
}

/** Reads an event of a run; `undefined` for the events that say how it ended, and for events of others in its stream. */
export function runEvent(message: StoredMessage, types: RunTypes): RunEvent | undefined {
  const { type, payload } = message
  const step = textIn(payload, "step")
  const args = textIn(payload, "args")
  switch (type) {
    case types.started:
      return {
        kind: "started",
        input: fieldOf(payload, "input"),
        version: numberIn(payload, "version"),
        parent: parentIn(fieldOf(payload, "parent")),
      }
    case types.stepCompleted:
      return { kind: "step-completed", step, args, output: fieldOf(payload, "output") }
    case types.stepRecorded:
      return {
        kind: "step-completed",
        step,
        args,
        output: fieldOf(payload, "output"),
        at: numberIn(payload, "at"),
      }
    case types.stepFailed:
      return {
        kind: "step-failed",
        step,
        args,
        attempt: numberIn(payload, "attempt"),
        final: fieldOf(payload, "final") === true,
        failure: failureIn(fieldOf(payload, "failure")),
      }
    case types.timerFired:
      return { kind: "timer-fired", step }
    case types.signalled:
      return signalledIn(message)
    case types.cancelRequested: {
      const reason = fieldOf(payload, "reason")
      return { kind: "cancel-requested", reason: typeof reason === "string" ? reason : undefined }
    }
    default:
      return undefined
  }
}

/** Whether an event is an outcome of this step, or of an attempt at it. */
export function isOutcomeOf(step: string, { type, payload }: StoredMessage, types: RunTypes): boolean {
  const outcomes = [types.stepCompleted, types.stepRecorded, types.stepFailed]
  return outcomes.includes(type) && textIn(payload, "step") === step
}

/** Whether an event asks its run to end. */
export function isCancel({ type }: StoredMessage, { cancelRequested }: RunTypes): boolean {
  return type === cancelRequested
}

/** Whether an event says how its run ended. */
export function isEnd({ type }: StoredMessage, { completed, failed, cancelled }: RunTypes): boolean {
  return type === completed || type === failed || type === cancelled
}

/** Reads the command to run a step. */
export function runStepIn({ payload }: StoredMessage): RunStep {
  return {
    run: textIn(payload, "run"),
    step: textIn(payload, "step"),
    args: textIn(payload, "args"),
    attempt: numberIn(payload, "attempt"),
    seen: numberIn(payload, "seen"),
    cancelled: fieldOf(payload, "cancelled") === true,
  }
}

/** The event that a signal carries, in the shape that it was made with. */
function signalledIn(message: StoredMessage): RunEvent {
  const { payload } = message
  const type = textIn(payload, "type")
  const metadata = withShape(message.metadata, numberIn(payload, "shape"))
  return {
    kind: "signalled",
    type,
    message: { ...message, type, metadata, payload: fieldOf(payload, "payload") ?? null },
  }
}

function parentIn(json: Json | undefined): Parent | undefined {
  if (json === undefined) return undefined
  const text = (key: string): string => textIn(json, key)
  return { workflow: text("workflow"), run: text("run"), step: text("step"), args: text("args") }
}

function textIn(json: Json, key: string): string {
  const value = fieldOf(json, key)
  return typeof value === "string" ? value : ""
}

function numberIn(json: Json, key: string): number {
  const value = fieldOf(json, key)
  return typeof value === "number" ? value : 0
}
