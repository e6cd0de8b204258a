/** The types of the messages of a workflow's runs. Each workflow has its own, so that no group passes the messages of others. */
export interface RunTypes {
  readonly started: string
  readonly stepCompleted: string
  /** The same, recorded by the worker that goes on with the run: nobody is to be told. */
  readonly stepRecorded: string
  readonly stepFailed: string
  readonly timerFired: string
  readonly signalled: string
  readonly cancelRequested: string
  readonly completed: string
  readonly failed: string
  readonly cancelled: string
  /** The one command: run this step in a lane of its own. */
  readonly runStep: string
}

/** The types of the workflow `name`. */
export function runTypesOf(name: string): RunTypes {
  return {
    started: `${name}.started`,
    stepCompleted: `${name}.step_completed`,
    stepRecorded: `${name}.step_recorded`,
    stepFailed: `${name}.step_failed`,
    timerFired: `${name}.timer_fired`,
    signalled: `${name}.signalled`,
    cancelRequested: `${name}.cancel_requested`,
    completed: `${name}.completed`,
    failed: `${name}.failed`,
    cancelled: `${name}.cancelled`,
    runStep: `${name}.run_step`,
  }
}

/** The types that move a run on: what its workflow's group wants. */
export function wantedTypes(types: RunTypes): readonly string[] {
  const { started, stepCompleted, stepFailed, timerFired, signalled, cancelRequested, runStep } = types
  return [started, stepCompleted, stepFailed, timerFired, signalled, cancelRequested, runStep]
}

/** The stream of a run. */
export function runStream(workflow: string, id: string): string {
  return `${workflow}-${id}`
}

/** The stream of a step that runs in a lane of its own. */
export function stepStream(run: string, step: string): string {
  return `${run}/${step}`
}

/** The collection of documents that say how runs of a workflow ended. */
export function endsCollection(workflow: string): string {
  return `workflow/${workflow}`
}
