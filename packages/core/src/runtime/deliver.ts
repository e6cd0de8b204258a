import type { LaneToken, Slice } from "../backend/claim.ts"
import type { PartVerdict, Settled, SettlePart } from "../backend/settle.ts"
import type { Registration } from "../reactor/registration.ts"
import { conclude, newsOf } from "./conclude.ts"
import { countEffects } from "./count-effects.ts"
import type { Crew } from "./crew.ts"
import { deliverLog } from "./deliver-log.ts"
import type { Delivered } from "./delivered.ts"
import { finishLane } from "./finish-lane.ts"
import { type Job, jobsOf } from "./job.ts"
import { atOnce } from "./judge.ts"
import { keepLease } from "./keep-lease.ts"
import { meanBytes } from "./mean-bytes.ts"
import { prepare, type Prepared } from "./prepare.ts"
import { runJobs, type RunningJobs } from "./run-jobs.ts"
import { settleSurely } from "./settle-surely.ts"
import { tellUnwritten } from "./tell-unwritten.ts"
import { unlessAborted } from "./unless-aborted.ts"

/**
 * claim → handle → settle: handles a slice's streams side by side, each in order, and settles what is done within the slice's budget in one
 * write. Handlers that need longer go on as lanes of this worker; streams that failed, conflicted or were not reached become lanes too.
 * Only this function and its two companions (`deliverLog`, `finishLane`) settle.
 */
export async function deliver(
  slice: Slice,
  registration: Registration,
  crew: Crew,
  signal: AbortSignal,
): Promise<Delivered> {
  if (registration.order === "log" && slice.source === "partition") return deliverLog(slice, registration, crew, signal)
  const began = crew.clock.now()
  const kept = keepLease(slice.lease, crew, signal)
  const access = crew.access(slice.group)
  let ours = false
  try {
    const { jobs, skipped } = jobsOf(slice, registration, () => access(kept.signal))
    const running = runJobs(jobs, crew.limits.streamsAtOnce, (job) =>
      prepare(job, registration, crew, { most: Number.MAX_SAFE_INTEGER, fresh: false }),
    )
    await withinBudget(running, crew, kept.signal)
    const room = roomFor(crew.backend.capabilities.maxBatch)
    const shares = jobs.map((job) => shareOf(job, running, crew, { room, ending: kept.signal.aborted }))
    const parts = shares.map((share) => share.part).filter((part) => part !== undefined)
    const stop = shares.find(({ prepared }) => prepared?.stop !== undefined)?.prepared?.stop
    const lease = leaseOf(slice, parts)
    const { begun, answered } = crew.claims
    const nothingToSettle = lease.of === "lanes" && lease.lanes.length === 0
    const settled: Settled = nothingToSettle
      ? { kind: "settled", parts: [], lanes: [] }
      : await settleSurely(
          {
            lease,
            ...(slice.source === "partition" ? { checkpoint: slice.scannedTo, skipped } : {}),
            parts,
            ...(stop === undefined ? {} : { stop }),
          },
          crew,
          shares.filter(({ prepared }) => prepared !== undefined).map(({ job }) => job),
        )
    const overlapped = answered < begun || crew.claims.begun > begun
    ours = follow(slice, shares, settled, { registration, crew, signal })
    crew.sizes.learn(slice.group, {
      messages: slice.messages.length,
      meanBytes: meanBytes(slice.messages),
      tookMs: crew.clock.now() - began,
      handled: jobs.reduce((sum, job) => sum + (running.prepared(job)?.done.length ?? 0), 0),
      effects: jobs.reduce((sum, job) => sum + countEffects(running.prepared(job)?.part.effects), 0),
      maxEffects: crew.backend.capabilities.maxBatch,
    })
    return { quiet: settled.kind === "settled" && settled.more === false && !overlapped }
  } finally {
    // What still runs and is no lane of this worker has nothing to be stored under.
    if (!ours) kept.lose()
    kept.release()
  }
}

/** Waits for all jobs, or until the slice's budget is spent or the worker has to stop; after that no further job begins. */
async function withinBudget(running: RunningJobs, crew: Crew, signal: AbortSignal): Promise<void> {
  let spent = (): void => {}
  const timeUp = new Promise<void>((resolve) => (spent = resolve))
  const cancel = crew.clock.setTimer(crew.limits.sliceBudgetMs, spent)
  try {
    await unlessAborted(running.within(timeUp), signal)
  } finally {
    cancel()
    running.close()
  }
}

/** The room for effects in one settle, which is one write of the storage: what comes when it is full is settled by itself, behind it. */
interface Room {
  takes(part: SettlePart): boolean
}

function roomFor(most: number): Room {
  let left = most
  return {
    takes({ effects }) {
      const size = countEffects(effects)
      if (size > left && left < most) return false
      left -= size
      return true
    },
  }
}

/** A job at the moment of the settle: what it puts into it, and how it stood. A job that ends while the settle is away changes nothing here. */
interface Share {
  readonly job: Job
  readonly part: SettlePart | undefined
  /** Its handlers were done, and `part` holds their effects. */
  readonly prepared: Prepared | undefined
  /** Its handlers still run, or its effects had no room: a lane of this worker from now on. */
  readonly goesOn: Promise<Prepared> | undefined
}

/** Its effects, a hand-over while it runs or waits for room, or all of it given back when it was not begun or must end. Lanes that go on put nothing in. */
function shareOf(
  job: Job,
  running: RunningJobs,
  crew: Crew,
  { room, ending }: { readonly room: Room; readonly ending: boolean },
): Share {
  const done = running.prepared(job)
  if (done !== undefined && room.takes(done.part)) return { job, part: done.part, prepared: done, goesOn: undefined }
  const first = job.deliveries[0]
  const ahead = done === undefined ? running.running(job) : Promise.resolve(done)
  const goesOn = ending ? undefined : ahead
  if (goesOn === undefined) {
    const part: SettlePart = { key: job.key, from: job.from, doneTo: job.from - 1, deferral: atOnce(job.from, first) }
    return { job, part, prepared: undefined, goesOn: undefined }
  }
  if (job.token !== undefined) return { job, part: undefined, prepared: undefined, goesOn }
  const failures = Math.max((first?.attempt ?? 1) - 1, 0)
  const deferral = { as: "hand-over", position: job.from, failures, leaseMs: crew.limits.leaseMs } as const
  return { job, part: { key: job.key, from: job.from, deferral }, prepared: undefined, goesOn }
}

/** The lanes that go on are left out of the lease that is settled: they form one of their own. */
function leaseOf(slice: Slice, parts: readonly SettlePart[]): Slice["lease"] {
  if (slice.source === "partition") return slice.lease
  const settling = new Set(parts.map((part) => part.key))
  return { ...slice.lease, lanes: slice.lease.lanes.filter((lane) => settling.has(lane.key)) }
}

/** After the settle: concludes what is stored, decides again what conflicted, goes on with what was handed over. Answers whether all that still runs is this worker's. */
function follow(
  slice: Slice,
  shares: readonly Share[],
  settled: Settled,
  at: { readonly registration: Registration; readonly crew: Crew; readonly signal: AbortSignal },
): boolean {
  if (settled.kind === "fenced") {
    at.crew.logger.warn(
      { group: slice.group },
      "a slice passed to somebody else before its settle: nothing of it was stored here",
    )
    return false
  }
  const parts = shares.map((share) => share.part).filter((part) => part !== undefined)
  const verdicts = new Map<string, PartVerdict | undefined>(
    parts.map((part, index) => [part.key, settled.parts[index]]),
  )
  const tokens = new Map<string, LaneToken>(settled.lanes.map((lane) => [lane.key, lane]))
  const stored: Prepared[] = []
  let ours = true
  for (const { job, prepared, goesOn } of shares) {
    const token = tokens.get(job.key) ?? job.token
    const verdict = verdicts.get(job.key)
    if (goesOn !== undefined && token !== undefined) {
      at.crew.background(finishLane({ job, token, preparing: goesOn, again: undefined }, at))
    } else if (goesOn !== undefined) {
      ours = false // the settle has stopped the group
    } else if (prepared !== undefined && verdict?.kind === "stored") {
      stored.push(prepared)
      tellUnwritten(verdict, job, at.crew)
    } else if (prepared !== undefined && verdict !== undefined && token !== undefined) {
      at.crew.background(finishLane({ job, token, preparing: undefined, again: { verdict, prepared } }, at))
    }
  }
  at.crew.handOff(newsOf(slice.group, parts))
  if (stored.length > 0) at.crew.background(conclude(stored, at.crew, at.signal))
  return ours
}
