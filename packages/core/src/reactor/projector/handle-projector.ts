import { UnknownMessageType } from "../../decider/errors.ts"
import type { Action } from "../action.ts"
import { observed } from "../observed.ts"
import type { Access, Batch, Delivery, Outcome } from "../registration.ts"
import { runReaction } from "../run-reaction.ts"
import type { HeldState } from "./held-state.ts"
import { definitionIn, type Projected, type ProjectorSpec, reactionIn } from "./projector-spec.ts"

/** What a projector needs to know of its batch. */
export interface Projection {
  readonly spec: ProjectorSpec
  /** What a message's state belongs to. */
  readonly idOf: (delivery: Delivery) => string
  /** Whether a call may hold messages of several states, and replayed ones beside new ones. */
  readonly mixes: boolean
  /** Whether two runs of one state may go into one settle: each fetches it by itself, or they do so one after another inside the settle. */
  readonly repeats: boolean
  readonly hold: (id: string, fresh: boolean) => HeldState
}

/** One state of the batch, and the messages it holds. */
interface Holding {
  held: HeldState
  readonly of: readonly Delivery[]
  readonly done: { readonly delivery: Delivery; readonly message: Projected }[]
}

/** What each message asked for, in order. */
type Asked = Map<Delivery, Action[]>

/**
 * Handles a batch, run by run: the messages of a run belong to one state, and are all replayed or all new, so that `replaying` is exact
 * in each call of `sync`. A run whose state another run of the batch has yet to save is left for the next batch.
 */
export async function handleProjector(projection: Projection, batch: Batch, access: Access): Promise<Outcome> {
  if (projection.mixes) return handleRun(projection, batch, access)
  const outcomes: Outcome[] = []
  const handled = new Set<string>()
  for (let rest = batch.messages; rest.length > 0;) {
    const { id, messages } = firstRun(rest, projection.idOf)
    if (handled.has(id) && !projection.repeats) break
    handled.add(id)
    const outcome = await handleRun(projection, { ...batch, messages }, access)
    outcomes.push(outcome)
    if (outcome.failed !== undefined || outcome.done.length < messages.length) break
    rest = rest.slice(messages.length)
  }
  return joined(outcomes)
}

function joined(outcomes: readonly Outcome[]): Outcome {
  const failed = outcomes.at(-1)?.failed
  return {
    done: outcomes.flatMap((one) => one.done),
    ...(failed === undefined ? {} : { failed }),
    stored: () => outcomes.forEach((one) => one.stored?.()),
  }
}

function firstRun(
  messages: readonly Delivery[],
  idOf: Projection["idOf"],
): { readonly id: string; readonly messages: readonly Delivery[] } {
  const [first] = messages
  if (first === undefined) return { id: "", messages }
  const id = idOf(first)
  const change = messages.findIndex((one) => one.replaying !== first.replaying || idOf(one) !== id)
  return { id, messages: change < 0 ? messages : messages.slice(0, change) }
}

/**
 * Handles messages: each changes its state, then its reaction runs, and at the end each state is saved once, with the last of its messages.
 * When a message fails, the states are saved as they were before it: its own is fetched again and brought there, for nobody knows what the failing
 * function had done to it by then.
 */
async function handleRun(projection: Projection, batch: Batch, access: Access): Promise<Outcome> {
  const { messages } = batch
  const holdings = await holdAll(projection, messages, batch.fresh)
  const actions: Asked = new Map()
  let failed: Outcome["failed"]
  for (const delivery of messages) {
    if (access.aborted) break
    const holding = holdings.get(projection.idOf(delivery))
    if (holding === undefined) break
    try {
      const asked = await observed(access, delivery, () => handleOne(projection.spec, holding, delivery, access))
      actions.set(delivery, [...asked])
    } catch (error) {
      failed = { delivery, error }
      await redo(projection, holding)
      break
    }
  }
  const unsaved = saveAll(holdings.values(), actions)
  if (unsaved !== undefined) return handleBefore(projection, batch, unsaved, access)
  const done = [...actions].map(([delivery, asked]) => ({ delivery, actions: asked }))
  const stored = (): void => {
    for (const holding of holdings.values()) if (holding.done.length > 0) holding.held.stored()
  }
  return failed === undefined ? { done, stored } : { done, failed, stored }
}

async function holdAll(
  { hold, idOf }: Projection,
  messages: readonly Delivery[],
  fresh: boolean,
): Promise<Map<string, Holding>> {
  const byId = new Map<string, Delivery[]>()
  for (const delivery of messages) {
    const id = idOf(delivery)
    const same = byId.get(id)
    if (same === undefined) byId.set(id, [delivery])
    else same.push(delivery)
  }
  const holdings = new Map<string, Holding>()
  for (const [id, of] of byId) holdings.set(id, { held: hold(id, fresh), of, done: [] })
  await Promise.all([...holdings.values()].map(({ held, of }) => held.load(of)))
  return holdings
}

async function handleOne(
  spec: ProjectorSpec,
  holding: Holding,
  delivery: Delivery,
  access: Access,
): Promise<readonly Action[]> {
  const { type } = delivery.message
  const definition = definitionIn(spec, type)
  if (definition === undefined) throw new UnknownMessageType(type, spec.name)
  const message = definition.decode(delivery.message)
  const state = holding.held.evolve(delivery, message)
  const react = delivery.replaying ? undefined : reactionIn(spec, type)
  const who = { name: spec.name, commandOf: () => undefined }
  const asked = react === undefined ? [] : await runReaction(who, react, state, { delivery, definition, access })
  holding.done.push({ delivery, message })
  return asked
}

/** Brings a state to where it was before the message that failed. */
async function redo({ hold, idOf }: Projection, holding: Holding): Promise<void> {
  const [first] = holding.done
  if (first === undefined) return
  holding.held = hold(idOf(first.delivery), true)
  await holding.held.load(holding.of)
  for (const { delivery, message } of holding.done) holding.held.evolve(delivery, message)
}

/** Adds what saves each state to the last of its messages; or tells whose state can not be saved. */
function saveAll(holdings: Iterable<Holding>, actions: Asked): Outcome["failed"] {
  for (const { held, done } of holdings) {
    const last = done.at(-1)
    if (last === undefined) continue
    try {
      actions.get(last.delivery)?.push(...held.save(done))
    } catch (error) {
      return { delivery: last.delivery, error }
    }
  }
  return undefined
}

/** Handles what comes before a message whose state could not be saved, which counts as failed; unless one before it is to blame already. */
async function handleBefore(
  projection: Projection,
  batch: Batch,
  failed: NonNullable<Outcome["failed"]>,
  access: Access,
): Promise<Outcome> {
  const messages = batch.messages.slice(0, batch.messages.indexOf(failed.delivery))
  const before =
    messages.length === 0 ? { done: [] } : await handleRun(projection, { ...batch, messages, fresh: true }, access)
  return before.failed === undefined ? { ...before, failed } : before
}
