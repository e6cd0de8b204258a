import type { RecordedFailure } from "./failure.ts"

/**
 * A step failed for good: its retries are spent, or its error is not to be retried. A workflow may catch it and go another way.
 * @remedy Look at its `failure`, what the step threw last. Catch it in the workflow where the run can go another way.
 */
export class StepFailed extends Error {
  override readonly name = "StepFailed"
  readonly code = "step-failed"
  /** Which step, and which of its calls: `book_flight#1`. */
  readonly step: string
  readonly attempts: number
  /** What the step's last attempt threw, as it was recorded. */
  readonly failure: RecordedFailure

  constructor(step: string, attempts: number, failure: RecordedFailure) {
    const tries = attempts === 1 ? "1 attempt" : `${attempts} attempts`
    super(`${step} failed after ${tries}: ${failure.name}: ${failure.message}`)
    this.step = step
    this.attempts = attempts
    this.failure = failure
  }
}

/**
 * A step's attempt took longer than its `timeoutMs`. It is retried like any other failure.
 * @remedy Give the step more time, or let its function end when its signal is aborted.
 */
export class StepTimedOut extends Error {
  override readonly name = "StepTimedOut"
  readonly code = "step-timed-out"

  constructor(step: string, timeoutMs: number) {
    super(`${step} took longer than ${timeoutMs} ms: its signal was aborted, and what it still does is not waited for`)
  }
}

/**
 * Somebody asked the run to end. Thrown where the workflow waits.
 * @remedy Nothing; or catch it, undo what was done, and throw it again.
 */
export class WorkflowCancelled extends Error {
  override readonly name = "WorkflowCancelled"
  readonly code = "workflow-cancelled"
  readonly reason: string | undefined

  constructor(run: string, reason: string | undefined) {
    super(`${run} was cancelled${reason === undefined ? "" : `: ${reason}`}`)
    this.reason = reason
  }
}

/**
 * What is recorded of a run does not fit what the code asks for today. The run is parked; nothing of it is lost.
 * @remedy Deploy code that does what was recorded: new steps only for runs whose `flow.version` is high enough. Then retry the dead letter.
 */
export class WorkflowChanged extends Error {
  override readonly name = "WorkflowChanged"
  readonly code = "workflow-changed"
  readonly run: string

  constructor(run: string, what: string) {
    super(
      `${run} was begun by other code: ${what}. Deploy code that does what it recorded (give the new steps a higher version of the workflow, and let runs with a lower flow.version go the old way), then retry this dead letter`,
    )
    this.run = run
  }
}

/**
 * A run was begun by a newer version of the workflow than this process has. It waits for a process that knows it.
 * @remedy Deploy the newer version everywhere.
 */
export class WorkflowNewer extends Error {
  override readonly name = "WorkflowNewer"
  readonly code = "workflow-newer"

  constructor(run: string, version: number, known: number) {
    super(
      `${run} was begun by version ${version} of its workflow, this process has version ${known}: deploy the newer one`,
    )
  }
}

/**
 * A workflow waits for something that is no step: nothing could bring it back after a restart.
 * @remedy Wrap whatever takes time or comes from outside in `durable`, or use `sleep`, `waitFor` and `child` of the flow; then retry the dead letter.
 */
export class NotDurable extends Error {
  override readonly name = "NotDurable"
  readonly code = "not-durable"

  constructor(run: string, what: string) {
    super(
      `${run} ${what}: whatever takes time or comes from outside has to be a step. Wrap it in durable(name, fn), or use sleep, waitFor and child of its flow`,
    )
  }
}

/**
 * A value that is to be recorded can not be JSON.
 * @remedy Give strings, numbers, booleans, null, arrays and plain objects.
 */
export class NotRecordable extends Error {
  override readonly name = "NotRecordable"
  readonly code = "not-recordable"

  constructor(what: string, why: string) {
    super(`${what} can not be recorded: ${why}. Give strings, numbers, booleans, null, arrays and plain objects`)
  }
}

/**
 * There is no run of this id.
 * @remedy Start it first, or look at the id.
 */
export class RunNotFound extends Error {
  override readonly name = "RunNotFound"
  readonly code = "run-not-found"

  constructor(run: string) {
    super(`${run} was never started: start it first, or look at the id`)
  }
}

/**
 * The id of a run is in use with another input, or with another version of the workflow.
 * @remedy Use an id for one run only; take a new one.
 */
export class RunIdReused extends Error {
  override readonly name = "RunIdReused"
  readonly code = "run-id-reused"

  constructor(run: string) {
    super(
      `${run} was started with another input or version: a second start with its id has to be the same, or take a new id`,
    )
  }
}
