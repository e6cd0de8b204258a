import type { StreamId } from "../message/ids.ts"
import { observed } from "../reactor/observed.ts"
import type { Access, Batch, Delivery, Outcome } from "../reactor/registration.ts"
import { runStepMessage } from "./attempt-step.ts"
import { WorkflowChanged } from "./errors.ts"
import { LiveRun } from "./live-run.ts"
import type { OpenStep } from "./open-step.ts"
import { replayTo } from "./replay-to.ts"
import { answered, type Fed, feedRecorded, runOn, take } from "./run-on.ts"
import { endsCollection, runTypesOf, stepStream } from "./run-types.ts"
import type { WorkflowSpec } from "./workflow-types.ts"

/**
 * Moves a run on by the next events of its stream. What its code asks for then is stored with the group's progress. Steps that nothing else runs beside are
 * run here, one after another (see `runOn`); several steps at a time go to lanes of their own, so that they run side by side.
 */
export async function handleRun(spec: WorkflowSpec, batch: Batch, access: Access): Promise<Outcome> {
  const [first] = batch.messages
  if (first === undefined) return { done: [] }
  const release = access.expect?.(endsCollection(spec.name), first.message.streamId.slice(spec.name.length + 1))
  try {
    return await moveRun(spec, batch, first, access)
  } finally {
    release?.()
  }
}

async function moveRun(spec: WorkflowSpec, batch: Batch, first: Delivery, access: Access): Promise<Outcome> {
  let live = await runBefore(spec, first, batch.fresh, access)
  if (live === undefined) return { done: batch.messages.map((delivery) => ({ delivery, actions: [] })) }
  const all: Fed[] = []
  for (const delivery of batch.messages) {
    if (access.aborted) break
    try {
      await feedNext(delivery, all, live, access)
    } catch (error) {
      return { done: withCommands(all, spec), failed: { delivery, error } }
    }
  }
  const last = all.at(-1)
  if (last === undefined) return { done: [] }
  try {
    const takenOver = batch.takeovers > 0
    live = await runOn({ live, last, all, takenOver }, access)
    if (live === undefined) return { done: withCommands(all.slice(0, -1), spec) }
  } catch (error) {
    return { done: withCommands(all.slice(0, -1), spec), failed: { delivery: last.delivery, error } }
  }
  const stands = live
  return { done: withCommands(all, spec), stored: () => remember(stands, all, access) }
}

/** Feeds an event, and before it what was recorded under the one before. */
async function feedNext(delivery: Delivery, all: Fed[], live: LiveRun, access: Access): Promise<void> {
  const version = delivery.message.version ?? live.version + 1
  if (live.version < version - 1) {
    const between = await access.history(live.streamId, { after: live.version, upto: version - 1 })
    await feedRecorded(all.at(-1), live, between, access)
  }
  await observed(access, delivery, () => live.feed(delivery.message, access.time))
  const fed: Fed = { delivery, actions: [], steps: [], seen: live.version, cancelled: live.cancelled }
  for (const before of all) answered(before, delivery.message, live)
  take(fed, delivery.message, live)
  all.push(fed)
}

/** The steps that are still to be run become commands, each on a stream of its own. */
function withCommands(all: readonly Fed[], { name }: WorkflowSpec): Outcome["done"] {
  const types = runTypesOf(name)
  return all.map(({ delivery, actions, steps, seen, cancelled }) => {
    if (steps.length === 0) return { delivery, actions }
    const messages = steps.map((step) => runStepMessage({ step, number: 1, seen, cancelled }, types))
    return { delivery, actions: [...actions, { kind: "append-next", messages }] }
  })
}

/** The run as it stood before an event: remembered by this process, or brought there from its history. `undefined`: it has ended, and events come too late. */
async function runBefore(
  spec: WorkflowSpec,
  { message }: Delivery,
  fresh: boolean,
  access: Access,
): Promise<LiveRun | undefined> {
  const { streamId } = message
  const before = (message.version ?? 1) - 1
  const kept = access.baselines.get(streamId)?.state
  const usable = !fresh && kept instanceof LiveRun && kept.version <= before
  const live = usable ? kept : new LiveRun(spec, streamId)
  if (live.version < before && (await access.document(endsCollection(spec.name), live.id)) !== undefined)
    return undefined
  await replayTo(live, before, access)
  if (live.ended) throw new WorkflowChanged(streamId, "today's code ends where it went on")
  return live
}

/** Keeps the run where it stands, and the code of steps that were sent to lanes of their own. */
function remember(live: LiveRun, sent: readonly Fed[], { baselines }: Access): void {
  if (live.ended) return
  const { streamId, version } = live
  baselines.set(streamId, { version, state: live })
  for (const { steps } of sent) for (const step of steps) rememberStep(streamId, step, baselines)
}

/** Keeps the code of a step, so that this process need not replay its run for it. */
export function rememberStep(run: StreamId, step: OpenStep, baselines: Access["baselines"]): void {
  baselines.set(stepStream(run, step.key), { version: 0, state: step })
}
