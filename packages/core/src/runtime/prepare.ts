import { BackendError } from "../backend/errors.ts"
import type { SettlePart, StopReason } from "../backend/settle.ts"
import type { Position } from "../message/ids.ts"
import type { SyncWork } from "../reactor/action.ts"
import type { Delivery, Outcome, Registration } from "../reactor/registration.ts"
import { runInsideSettle } from "../store/inside-settle.ts"
import { collect, type Collected } from "./collect.ts"
import { fittingOf } from "./count-effects.ts"
import type { Crew } from "./crew.ts"
import { WorkerDied } from "./errors.ts"
import type { Job } from "./job.ts"
import { atOnce, judge, type Judgement } from "./judge.ts"
import { type Tried, tryAtOnce } from "./try-at-once.ts"

/** A job handled: the part to settle, and what to do once it is stored. */
export interface Prepared {
  readonly part: SettlePart
  readonly stop: StopReason | undefined
  /** Messages whose effects the part holds. */
  readonly done: readonly Delivery[]
  /** How far everything is settled once the part is stored (a skipped message included). */
  readonly doneTo: Position
  readonly stored: () => void
  readonly afterCommit: readonly (() => void | Promise<void>)[]
}

/** How to handle a job: how many of its messages at most, and whether the process's memory is to be trusted. */
export interface Try {
  readonly most: number
  readonly fresh: boolean
}

/** RETRY: how long one more second each time, at most. */
const RETRY_STEP_MS = 1_000
const RETRY_MAX_MS = 60_000
/** How long a stream waits whose handler found the storage away. */
const AWAY_MS = 1_000

interface Handled {
  readonly done: Outcome["done"]
  readonly collected: Collected
  readonly failed: Outcome["failed"]
  /** What the error strategy said of the failure, where it was asked already. */
  readonly judged?: Judgement | undefined
  readonly retry: Delivery | undefined
  /** The storage was away while a message was handled: nobody's failure. */
  readonly away: boolean
  readonly stored: () => void
}

/** Handles the messages of a job and prepares the part that settles them. What fails for the work of several messages is narrowed down to one. */
export async function prepare(job: Job, registration: Registration, crew: Crew, how: Try): Promise<Prepared> {
  const handled = await handleSome(job, registration, crew, how)
  const failure = handled.failed
  const judged = handled.judged ?? (failure === undefined ? {} : await judgeFailure(failure, job, registration, crew))
  const behind = handled.done.length + (judged.skip === true ? 1 : 0)
  const next = job.deliveries[behind]
  const deferral = judged.deferral ?? deferRest(handled, next, crew)
  const lastDone = job.deliveries[behind - 1]?.message.position
  const doneTo = deferral === undefined ? job.scannedTo : (lastDone ?? job.from - 1)
  const { effects, works, afterCommit, dropped } = handled.collected
  const inside = works.filter(({ work }) => work.needsTx)
  return {
    part: {
      key: job.key,
      from: job.from,
      doneTo,
      ...(effects === undefined ? {} : { effects }),
      ...(inside.length === 0 ? {} : { work: (tx: unknown) => runWorks(inside, tx) }),
      ...(deferral === undefined ? {} : { deferral }),
      ...(dropped === 0 ? {} : { dropped }),
    },
    stop: judged.stop,
    done: handled.done.map((one) => one.delivery),
    doneTo,
    stored: handled.stored,
    afterCommit,
  }
}

/** Asks the reactor's error strategy about a message that failed. */
export function judgeFailure(
  failure: NonNullable<Outcome["failed"]>,
  job: Job,
  registration: Registration,
  crew: Crew,
): Promise<Judgement> {
  return judge(failure, {
    name: registration.group,
    strategy: crew.strategy(registration),
    now: crew.clock.now(),
    storageOffsetMs: crew.storageOffsetMs(),
    logger: crew.logger,
    observer: job.access.observer,
  })
}

function deferRest(handled: Handled, next: Delivery | undefined, crew: Crew): SettlePart["deferral"] {
  if (next === undefined) return undefined
  if (handled.away) {
    const retryAt = crew.clock.now() + crew.storageOffsetMs() + AWAY_MS
    return { ...atOnce(next.message.position, next), as: "retry", retryAt }
  }
  if (handled.retry === undefined) return atOnce(next.message.position, next)
  const afterMs = Math.min(handled.retry.attempt * RETRY_STEP_MS, RETRY_MAX_MS)
  const retryAt = crew.clock.now() + crew.storageOffsetMs() + afterMs
  return { as: "retry", position: next.message.position, failures: handled.retry.attempt, retryAt }
}

async function handleSome(job: Job, registration: Registration, crew: Crew, how: Try): Promise<Handled> {
  const messages = job.deliveries.slice(0, how.most)
  const first = messages[0]
  if (first === undefined) return nothing()
  if (job.takeovers >= crew.limits.maxTakeovers) {
    return { ...nothing(), failed: { delivery: first, error: new WorkerDied(first.message.id, job.takeovers) } }
  }
  if (job.keyError !== undefined) return { ...nothing(), failed: { delivery: first, error: job.keyError } }
  const { outcome, judged } = await triedOf(job, registration, crew, messages, how.fresh)
  const away = outcome.failed !== undefined && isAway(outcome.failed.error)
  const retryAt = outcome.done.findIndex(({ actions }) => actions.some((action) => action.kind === "retry"))
  const handled = retryAt < 0 ? outcome.done : outcome.done.slice(0, retryAt)
  const done = fittingOf(handled, crew.backend.capabilities.maxBatch)
  // What is cut off is handled again, due at once: nothing behind it has happened yet.
  const cut = done.length < handled.length
  const ended = retryAt < 0 && !cut
  const narrow = (error: unknown): Promise<Handled> | Handled => {
    const failing = done[0]?.delivery ?? first
    if (done.length <= 1) return { ...nothing(), failed: { delivery: failing, error } }
    return handleSome(job, registration, crew, { most: Math.floor(done.length / 2), fresh: true })
  }
  let collected: Collected
  try {
    const all = collect(done, {
      name: registration.group,
      epoch: job.epoch,
      now: crew.clock.now(),
      observer: job.access.observer,
    })
    if ("unmergeable" in all)
      throw new Error(`two appends to ${all.unmergeable} expect versions that can not both hold`)
    await runWorks(
      all.works.filter(({ work }) => !work.needsTx),
      undefined,
    )
    collected = all
  } catch (error) {
    return narrow(error)
  }
  return {
    done,
    collected,
    failed: ended && !away ? outcome.failed : undefined,
    judged: ended && !away ? judged : undefined,
    retry: ended || cut ? undefined : outcome.done[retryAt]?.delivery,
    away: away && !cut,
    stored: () => (ended ? outcome.stored?.() : undefined),
  }
}

/** Only a reactor that knows nothing but its messages can go on before what it did is stored. */
function triedOf(
  job: Job,
  registration: Registration,
  crew: Crew,
  messages: readonly Delivery[],
  fresh: boolean,
): Promise<Tried> {
  return tryAtOnce(messages, {
    handle: (some) => outcomeOf(job, registration, some, fresh),
    judge: (failure) => judgeFailure(failure, job, registration, crew),
    allowed: ({ error }) => registration.stateless === true && !job.access.aborted && !isAway(error),
    isDue: (retryAt) => retryAt <= crew.clock.now() + crew.storageOffsetMs(),
  })
}

async function outcomeOf(
  job: Job,
  registration: Registration,
  messages: readonly Delivery[],
  fresh: boolean,
): Promise<Outcome> {
  try {
    return await registration.handle({ key: job.key, messages, fresh, takeovers: job.takeovers }, job.access)
  } catch (error) {
    const first = messages[0]
    return first === undefined ? { done: [] } : { done: [], failed: { delivery: first, error } }
  }
}

/** The storage could not be asked: the message is handled again, uncounted. */
function isAway(error: unknown): boolean {
  return error instanceof BackendError && (error.code === "unavailable" || error.code === "outcome-unknown")
}

async function runWorks(
  works: readonly { readonly work: SyncWork; readonly idempotencyKey: string }[],
  tx: unknown,
): Promise<void> {
  for (const { work, idempotencyKey } of works) await runInsideSettle(() => work.run({ tx, idempotencyKey }))
}

function nothing(): Handled {
  return {
    done: [],
    collected: { effects: undefined, works: [], afterCommit: [], dropped: 0 },
    failed: undefined,
    retry: undefined,
    away: false,
    stored: () => {},
  }
}
