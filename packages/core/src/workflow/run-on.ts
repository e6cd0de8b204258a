import type { Instant, StreamId, Version } from "../message/ids.ts"
import type { Json } from "../message/json.ts"
import type { StoredMessage } from "../message/message.ts"
import type { Action } from "../reactor/action.ts"
import type { Access, Delivery } from "../reactor/registration.ts"
import { attemptOnce, type Attempted, completed } from "./attempt-step.ts"
import type { Asked, LiveRun } from "./live-run.ts"
import type { OpenStep } from "./open-step.ts"
import { replayTo } from "./replay-to.ts"
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
 * enough. Answers the run where it stands, or `undefined` when the worker had to stop in the middle of a step. Throws when the code does not fit what is recorded.
 */
export async function runOn(
  { live: given, last, all, takenOver }: RunningOn,
  access: Access,
): Promise<LiveRun | undefined> {
  const types = runTypesOf(given.workflow)
  const began = access.time.now()
  let live = given
  let ahead: readonly StoredMessage[] | undefined
  for (;;) {
    const step = onlyStep(last, all, live)
    if (step === undefined) {
      if (live.ended && ahead !== undefined) await recordEnd(last, { all, ahead, live }, access)
      return live
    }
    // Somebody may have been here before, and not have come to the settle.
    ahead ??= last.delivery.isNew === true ? [] : await access.history(live.streamId, { after: live.version })
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
      return live
    }
    const attempted = await attempt(step, last, live, access)
    if (attempted === undefined) return undefined
    // Where others have written, only the settle can tell whether this worker still holds the run.
    if (ahead.length === 0) {
      const told = takenOver || access.time.now() - began >= RUN_ON_MS
      const recorded = await record(attempted, { step, live, last, told }, access)
      if (recorded === "wait") return live
      if (recorded === "on") continue
      live = recorded
      ahead = await access.history(live.streamId, { after: live.version })
    }
    if (ahead.some((event) => isOutcomeOf(step.key, event, types))) continue
    last.actions.push(...toSettle(attempted, step, types))
    last.steps = []
    return live
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
    if (
      (await access.record?.(last.delivery, "end", guarded(last.actions, live.streamId, live.version))) !== undefined
    ) {
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

interface Attempting {
  readonly step: OpenStep
  readonly live: LiveRun
  readonly last: Fed
  /** Whether the group is to be told. */
  readonly told: boolean
}

/**
 * Records what came of an attempt. The run goes on by it before it is stored, for its code has no effects between its steps: so an end is stored with the last
 * outcome. Answers the run as it stood before when it was refused.
 */
async function record(attempted: Attempted, attempting: Attempting, access: Access): Promise<"on" | "wait" | LiveRun> {
  const { step, live, last, told } = attempting
  const types = runTypesOf(live.workflow)
  const { version } = live
  // A failure's retry is on its way then, and a run that is taken over is to be seen getting on: their group is told.
  if (attempted.kind === "failed" || told) {
    const actions = guarded(toSettle(attempted, step, types), live.streamId, version)
    if ((await access.record?.(last.delivery, step.key, actions)) === undefined) return live
    last.steps = []
    return "wait"
  }
  const at = Math.max(live.now, access.time.storageNow())
  const { outcome, event } = recordedStep(attempted.output, { step, at }, types)
  const moved = await moveOn(live, { version: version + 1, event, at }, access)
  const actions = guarded([outcome, ...(live.ended ? moved.asked.actions : [])], live.streamId, version)
  if ((await access.record?.(last.delivery, step.key, actions)) === undefined) {
    const before = live.afresh()
    await replayTo(before, version, access)
    return before
  }
  if (moved.wrong !== undefined) throw moved.wrong.error
  last.steps = live.ended ? [] : moved.asked.steps
  last.seen = live.version
  if (!live.ended) last.actions.push(...moved.asked.actions)
  return live.ended ? "wait" : "on"
}

function toSettle(attempted: Attempted, step: OpenStep, types: RunTypes): readonly Action[] {
  return attempted.kind === "failed" ? attempted.actions : completed(step, attempted.output, types)
}

/** The event that says what came of a step, as it is stored and as the run is fed it. */
function recordedStep(
  output: Json | undefined,
  { step: { run, key, args }, at }: { readonly step: OpenStep; readonly at: Instant },
  types: RunTypes,
): { readonly outcome: Action; readonly event: RunEvent } {
  const stored = runMessage("event", types.stepRecorded, run, { step: key, args, output, at })
  // What the code does with its output is not to change what is stored.
  const given = typeof output === "object" ? structuredClone(output) : output
  return {
    outcome: { kind: "append-next", messages: [stored] },
    event: { kind: "step-completed", step: key, args, output: given, at },
  }
}

/** Goes on by an event that is yet to be stored. Code that does not fit it is found wrong once it is: the step is done all the same. */
async function moveOn(
  live: LiveRun,
  { version, event, at }: { readonly version: Version; readonly event: RunEvent; readonly at: Instant },
  { time }: Access,
): Promise<{ readonly asked: Asked; readonly wrong?: { readonly error: unknown } }> {
  try {
    await live.move(version, event, at, time)
    return { asked: live.take() }
  } catch (error) {
    return { asked: { actions: [], steps: [] }, wrong: { error } }
  }
}

/** The same, to be stored only if the run's stream is at this version: the first to be appended to it says so. */
function guarded(actions: readonly Action[], streamId: StreamId, version: Version): readonly Action[] {
  let said = false
  return actions.map((action) => {
    if (said || action.kind !== "append-next" || action.messages.some((message) => message.streamId !== streamId))
      return action
    said = true
    return { kind: "append-after", streamId, messages: action.messages, expectedVersion: version }
  })
}
