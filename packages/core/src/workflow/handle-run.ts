import type { StreamId, Version } from "../message/ids.ts"
import type { Action } from "../reactor/action.ts"
import { observed } from "../reactor/observed.ts"
import type { Access, Batch, Delivery, Outcome } from "../reactor/registration.ts"
import { attemptStep, runStepMessage } from "./attempt-step.ts"
import { WorkflowChanged } from "./errors.ts"
import { LiveRun } from "./live-run.ts"
import type { OpenStep } from "./open-step.ts"
import { endsCollection, runTypesOf, stepStream } from "./run-types.ts"
import type { WorkflowSpec } from "./workflow-types.ts"

interface Done {
  readonly delivery: Delivery
  readonly actions: Action[]
  readonly steps: readonly OpenStep[]
}

/**
 * Moves a run on by the next events of its stream. What its code asks for then is stored with the group's progress. A single step that nothing
 * else runs beside is run here and its outcome stored in the same write; several steps go to lanes of their own, so that they run side by side.
 */
export async function handleRun(spec: WorkflowSpec, batch: Batch, access: Access): Promise<Outcome> {
  const [first] = batch.messages
  if (first === undefined) return { done: [] }
  const live = await runBefore(spec, first, batch.fresh, access)
  if (live === undefined) return { done: batch.messages.map((delivery) => ({ delivery, actions: [] })) }
  const done: Done[] = []
  let failed: Outcome["failed"]
  for (const delivery of batch.messages) {
    if (access.aborted) break
    try {
      await observed(access, delivery, () => live.feed(delivery.message, access.time))
    } catch (error) {
      failed = { delivery, error }
      break
    }
    const { actions, steps } = live.take()
    // What was handled before has had its effects, whether the group is reset with or without re-emission.
    if (delivery.handledBefore) done.push({ delivery, actions: [], steps: [] })
    else done.push({ delivery, actions: [...actions], steps: live.ended ? [] : steps })
  }
  const alone = failed === undefined ? onlyStep(done, live) : undefined
  const types = runTypesOf(spec.name)
  if (alone !== undefined) {
    const { message } = alone.of.delivery
    const attempt = { step: alone.step, number: 1, seen: message.version ?? 0 }
    const run = (): ReturnType<typeof attemptStep> => attemptStep(attempt, types, access)
    const actions = await (access.observer?.within(alone.of.delivery, run) ?? run())
    if (actions === undefined) return { done: done.slice(0, -1) }
    alone.of.actions.push(...actions)
  } else {
    for (const { delivery, actions, steps } of done) {
      const seen = delivery.message.version ?? 0
      const commands = steps.map((step) => runStepMessage({ step, number: 1, seen }, types))
      if (commands.length > 0) actions.push({ kind: "append-next", messages: commands })
    }
  }
  const outcome = done.map(({ delivery, actions }) => ({ delivery, actions }))
  if (failed !== undefined) return { done: outcome, failed }
  return { done: outcome, stored: () => remember(live, alone === undefined ? done : [], access) }
}

/** The step that can be run here: the only one asked for, by the last of the events, and the only one open. */
function onlyStep(done: readonly Done[], live: LiveRun): { readonly of: Done; readonly step: OpenStep } | undefined {
  const last = done.at(-1)
  const [step] = last?.steps ?? []
  if (last === undefined || step === undefined || live.calls.steps !== 1) return undefined
  return { of: last, step }
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

/** Feeds a run what its stream holds up to a version. All of that is settled: what it asks for meanwhile was stored then. */
export async function replayTo(live: LiveRun, version: Version, access: Access): Promise<void> {
  if (live.version >= version) return
  const history = await access.history(live.streamId, { after: live.version, upto: version })
  for (const message of history) await live.feed(message, access.time)
  live.take()
}

/** Keeps the run where it stands, and the code of steps that were sent to lanes of their own. */
function remember(live: LiveRun, sent: readonly Done[], { baselines }: Access): void {
  if (live.ended) return
  const { streamId, version } = live
  baselines.set(streamId, { version, state: live })
  for (const { steps } of sent) for (const step of steps) rememberStep(streamId, step, baselines)
}

/** Keeps the code of a step, so that this process need not replay its run for it. */
export function rememberStep(run: StreamId, step: OpenStep, baselines: Access["baselines"]): void {
  baselines.set(stepStream(run, step.key), { version: 0, state: step })
}
