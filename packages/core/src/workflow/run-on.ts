import type { Instant, Version } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import type { Action } from "../reactor/action.ts"
import type { Access, Delivery } from "../reactor/registration.ts"
import { attemptOnce, type Attempted, completed } from "./attempt-step.ts"
import type { LiveRun } from "./live-run.ts"
import type { OpenStep } from "./open-step.ts"
import { isCancel, isEnd, isOutcomeOf, type RunEvent } from "./run-event.ts"
import { runMessage } from "./run-message.ts"
import { type RunTypes, runTypesOf } from "./run-types.ts"

/** How long a run goes on under one event before its group gets on: until then a worker that stops, or a group that is stopped, waits for it. */
const RUN_ON_MS = 1_000

/** An event that was fed to a run, and what the run asked for then. */
export interface Fed {
  readonly delivery: Delivery
  readonly actions: Action[]
  /** The steps it waits for since, at the version `seen`, and whether the run had been told to end by then. */
  steps: readonly OpenStep[]
  seen: Version
  cancelled: boolean
}

/** Where a run may go on by itself. */
export interface RunningOn {
  readonly live: LiveRun
  /** The last event, and all of the batch. */
  readonly last: Fed
  readonly all: readonly Fed[]
  /** Whether earlier workers did not come back from here: each step is settled then, which counts as getting on. */
  readonly takenOver: boolean
}

/** Feeds events that were recorded under an event already fed: what the run asks for then is that event's. */
export async function feedRecorded(
  fed: Fed | undefined,
  live: LiveRun,
  events: readonly StoredMessage[],
  { time }: Access,
): Promise<void> {
  for (const event of events) {
    await live.feed(event, time)
    if (fed === undefined) live.take()
    else take(fed, event, live)
  }
}

/** Takes what a run asks for after `event` as that of `fed`. What was handled before has had its effects, whether the group is reset with or without re-emission. */
export function take(fed: Fed, event: StoredMessage, live: LiveRun): void {
  const { actions, steps } = live.take()
  if (fed.delivery.handledBefore) return
  answered(fed, event, live)
  fed.actions.push(...actions)
  if (live.ended) fed.steps = []
  else if (steps.length > 0) {
    fed.steps = [...fed.steps, ...steps]
    fed.seen = live.version
    fed.cancelled = live.cancelled
  }
  // Its end was recorded under the event, with everything that it asked for then.
  if (live.ended && isEnd(event, runTypesOf(live.workflow))) fed.actions.length = 0
}

/** A step whose outcome the log holds is not to be run: it was recorded ahead of the settle, which did not come then. Nor is one that nobody waits for any more, for the run was cancelled before it began. */
export function answered(fed: Fed, event: StoredMessage, { calls, workflow }: LiveRun): void {
  if (fed.steps.length === 0) return
  const types = runTypesOf(workflow)
  fed.steps = fed.steps.filter(({ key }) => calls.get(key) !== undefined && !isOutcomeOf(key, event, types))
}

/**
 * Runs the steps of a run one after another, as long as each is all that the run waits for. Every outcome is recorded by an append of its own that expects the stream
 * as the run knows it: so of two workers that hold the run for theirs, one is refused. The group gets on once, when the run waits, ends or has gone on for long
 * enough. Answers false when the worker had to stop in the middle of a step. Throws when the code does not fit what is recorded.
 */
export async function runOn({ live, last, all, takenOver }: RunningOn, access: Access): Promise<boolean> {
  const types = runTypesOf(live.workflow)
  const began = access.time.now()
  let ahead: readonly StoredMessage[] | undefined
  for (;;) {
    const step = onlyStep(last, all, live)
    if (step === undefined) {
      if (live.ended && ahead !== undefined) await recordEnd(last, { all, ahead, live }, access)
      return true
    }
    // Somebody may have been here before, and not have come to the settle.
    ahead ??= await access.history(live.streamId, { after: live.version })
    if (ahead[0]?.type === types.stepRecorded) {
      const others = ahead.findIndex(({ type }) => type !== types.stepRecorded)
      const own = others < 0 ? ahead : ahead.slice(0, others)
      ahead = ahead.slice(own.length)
      await feedRecorded(last, live, own, access)
      continue
    }
    const isOver = (event: StoredMessage): boolean =>
      isOutcomeOf(step.key, event, types) || (!live.cancelled && isCancel(event, types))
    if (ahead.some(isOver)) {
      last.steps = []
      return true
    }
    const attempted = await attempt(step, last, live, access)
    if (attempted === undefined) return false
    const told = takenOver || access.time.now() - began >= RUN_ON_MS
    const outcome = outcomeOf(attempted, { step, live, told }, access)
    // Where others have written, only the settle can tell whether this worker still holds the run.
    const mayRecord = ahead.length === 0
    if (mayRecord && (await access.record?.(last.delivery, step.key, guarded(outcome.actions, live))) !== undefined) {
      last.steps = []
      if (outcome.recorded === undefined) return true
      await live.move(live.version + 1, outcome.recorded, outcome.recorded.at, access.time)
      const { actions, steps } = live.take()
      last.actions.push(...actions)
      last.steps = live.ended ? [] : steps
      last.seen = live.version
      continue
    }
    if (mayRecord) ahead = await access.history(live.streamId, { after: live.version })
    if (ahead.some((event) => isOutcomeOf(step.key, event, types))) continue
    last.actions.push(...toSettle(attempted, step, types))
    last.steps = []
    return true
  }
}

/**
 * Records the end at once, so that nobody who waits for the run waits for the settle. That is for runs of which nothing else waits to be stored and whose stream
 * is as this worker left it; all others end with the settle.
 */
async function recordEnd(
  last: Fed,
  { all, ahead, live }: Pick<RunningOn, "all" | "live"> & { readonly ahead: readonly StoredMessage[] },
  access: Access,
): Promise<void> {
  let behind = ahead
  if (behind.length === 0 && all.every((fed) => fed === last || fed.actions.length === 0)) {
    if ((await access.record?.(last.delivery, "end", guarded(last.actions, live))) !== undefined) {
      last.actions.length = 0
      return
    }
    behind = await access.history(live.streamId, { after: live.version })
  }
  await feedRecorded(last, live, behind.slice(0, 1), access)
}

/**
 * The step that can be run here: asked for since the last event, and the only call that is open. Beside a timer, a child or a signal it needs a lane of its own, for the run
 * has to be told of them while the step runs; and so it does while something waits to be stored: a timer that has not begun would never come.
 */
function onlyStep({ steps }: Fed, all: readonly Fed[], { calls }: LiveRun): OpenStep | undefined {
  return calls.size === 1 && all.every(({ actions }) => actions.length === 0) ? steps[0] : undefined
}

function attempt(
  step: OpenStep,
  { delivery, seen, cancelled }: Fed,
  live: LiveRun,
  access: Access,
): Promise<Attempted | undefined> {
  const run = (): Promise<Attempted | undefined> =>
    attemptOnce({ step, number: 1, seen, cancelled }, runTypesOf(live.workflow), access)
  return access.observer?.within(delivery, run) ?? run()
}

interface Outcome {
  readonly actions: readonly Action[]
  /** The event that the run goes on with; without it, its group will be told. */
  readonly recorded?: Extract<RunEvent, { kind: "step-completed" }> & { readonly at: Instant }
}

/** What to record of an attempt. A failure's retry is on its way then, and a run that is taken over is to be seen getting on: their group is told. */
function outcomeOf(
  attempted: Attempted,
  { step, live, told }: { readonly step: OpenStep; readonly live: LiveRun; readonly told: boolean },
  { time }: Access,
): Outcome {
  const types = runTypesOf(live.workflow)
  if (attempted.kind === "failed" || told) return { actions: toSettle(attempted, step, types) }
  const { run, key, args } = step
  const { output } = attempted
  const at = Math.max(live.now, time.storageNow())
  const event = runMessage("event", types.stepRecorded, run, { step: key, args, output, at })
  return {
    actions: [{ kind: "append-next", messages: [event] }],
    // What the code does with its output is not to change what is stored.
    recorded: { kind: "step-completed", step: key, args, output: structuredClone(output), at },
  }
}

function toSettle(attempted: Attempted, step: OpenStep, types: RunTypes): readonly Action[] {
  return attempted.kind === "failed" ? attempted.actions : completed(step, attempted.output, types)
}

/** The same, to be stored only if the run's stream is as the run knows it. */
function guarded(actions: readonly Action[], { streamId, version }: LiveRun): readonly Action[] {
  return actions.map((action) =>
    action.kind === "append-next" && action.messages.every((message) => message.streamId === streamId)
      ? { kind: "append-after", streamId, messages: action.messages, expectedVersion: version }
      : action,
  )
}
