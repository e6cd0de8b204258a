import type { LaneToken, Lease } from "../backend/claim.ts"
import type { PartVerdict, SettlePart } from "../backend/settle.ts"
import type { Registration } from "../reactor/registration.ts"
import { conclude, newsOf } from "./conclude.ts"
import type { Crew } from "./crew.ts"
import { EffectRefused } from "./errors.ts"
import type { Job } from "./job.ts"
import { atOnce } from "./judge.ts"
import { keepLease, type KeptLease } from "./keep-lease.ts"
import { judgeFailure, prepare, type Prepared } from "./prepare.ts"
import { settleSurely } from "./settle-surely.ts"
import { tellUnwritten } from "./tell-unwritten.ts"
import { unlessAborted } from "./unless-aborted.ts"

/** A job that goes on by itself: its handlers still run, or its part could not be stored. */
export interface Unfinished {
  readonly job: Job
  readonly token: LaneToken
  readonly preparing: Promise<Prepared> | undefined
  readonly again: { readonly verdict: PartVerdict; readonly prepared: Prepared } | undefined
}

/** How a stream waits that lost every round against other writers. */
const CONFLICT_BACKOFF_MS = 100

/** Brings one lane that this worker holds to its settle: waits for its handlers, decides again after conflicts, narrows failures down. */
export async function finishLane(
  { job, token, preparing, again }: Unfinished,
  {
    registration,
    crew,
    signal,
  }: { readonly registration: Registration; readonly crew: Crew; readonly signal: AbortSignal },
): Promise<void> {
  let held = holdLane(job, token, crew, signal)
  try {
    let next = preparing
    let failed = again
    for (let round = 1; ; round += 1) {
      if (failed !== undefined) next = decideAgain(job, failed, round, registration, crew)
      if (next === undefined) return
      const { lease } = held
      const prepared = await unlessAborted(next, held.signal)
      if (prepared === undefined) {
        await settleSurely({ lease, parts: [givenBack(job)] }, crew, [job])
        return
      }
      const parts = [prepared.part]
      const stop = prepared.stop === undefined ? {} : { stop: prepared.stop }
      const settled = await settleSurely({ lease, parts, ...stop }, crew, [job])
      if (settled.kind === "fenced") return
      const verdict = settled.parts[0]
      if (verdict === undefined || verdict.kind === "stored") {
        crew.handOff({ ...newsOf(job.group, parts), group: job.group })
        tellUnwritten(verdict, job, crew)
        await conclude([prepared], crew, signal)
        return
      }
      failed = { verdict, prepared }
      // That settlement is answered: the lane goes on under a token of its own, and the old one would only repeat the answer.
      const renewed = settled.lanes.find((lane) => lane.key === job.key)
      if (renewed === undefined) return
      held.release()
      held = holdLane(job, renewed, crew, signal)
    }
  } catch (error) {
    crew.logger.error(
      { err: error, group: job.group, key: job.key },
      "a lane could not be settled: it is handed out again when its lease ends",
    )
  } finally {
    held.release()
  }
}

/** A lane under one token: its lease, kept alive until released. */
interface HeldLane extends KeptLease {
  readonly lease: Lease
}

function holdLane(job: Job, token: LaneToken, crew: Crew, signal: AbortSignal): HeldLane {
  const lease: Lease = { of: "lanes", group: job.group, partition: job.partition, lanes: [token] }
  const kept = keepLease(lease, crew, signal)
  job.access.heldBy(kept.signal)
  return { ...kept, lease }
}

/** The worker has to stop: the lane is due at once for another. */
function givenBack(job: Job): SettlePart {
  return { key: job.key, from: job.from, doneTo: job.from - 1, deferral: atOnce(job.from, job.deliveries[0]) }
}

/** What to settle after a part was not stored: the same decided afresh, fewer messages, or the failure of the one that can not be stored. */
export async function decideAgain(
  job: Job,
  { verdict, prepared }: NonNullable<Unfinished["again"]>,
  round: number,
  registration: Registration,
  crew: Crew,
): Promise<Prepared> {
  switch (verdict.kind) {
    case "stored":
    case "conflict":
    case "document-conflict":
      if (round <= crew.limits.conflictRounds) {
        // A batch that conflicts again may conflict with itself: fewer messages at a time end that.
        const most = round === 1 ? prepared.done.length : Math.max(Math.floor(prepared.done.length / 2), 1)
        return prepare(job, registration, crew, { most, fresh: true })
      }
      return { ...prepared, ...onlyProgress(prepared), part: waitForPeace(job, crew) }
    case "work-failed":
    case "refused": {
      const culprit = prepared.done[0]
      if (prepared.done.length > 1 || culprit === undefined) {
        return prepare(job, registration, crew, {
          most: Math.max(Math.floor(prepared.done.length / 2), 1),
          fresh: true,
        })
      }
      const error = verdict.kind === "refused" ? new EffectRefused(verdict.code, verdict.detail) : verdict.error
      return failedAlone(job, { delivery: culprit, error }, prepared, registration, crew)
    }
  }
}

/** Conflicts are nobody's failure: the stream waits a moment, its count unchanged. */
function waitForPeace(job: Job, crew: Crew): SettlePart {
  const first = job.deliveries[0]
  const failures = Math.max((first?.attempt ?? 1) - 1, 0)
  const retryAt = crew.clock.now() + crew.storageOffsetMs() + CONFLICT_BACKOFF_MS
  return {
    key: job.key,
    from: job.from,
    doneTo: job.from - 1,
    deferral: { as: "retry", position: job.from, failures, retryAt },
  }
}

function onlyProgress(prepared: Prepared): Pick<Prepared, "done" | "stored" | "afterCommit" | "stop" | "doneTo"> {
  return { done: [], stored: () => {}, afterCommit: [], stop: undefined, doneTo: prepared.part.from - 1 }
}

/** The one message whose effects or work the storage refuses: its error strategy decides. */
async function failedAlone(
  job: Job,
  failure: Parameters<typeof judgeFailure>[0],
  prepared: Prepared,
  registration: Registration,
  crew: Crew,
): Promise<Prepared> {
  const { deferral, stop } = await judgeFailure(failure, job, registration, crew)
  const position = failure.delivery.message.position
  const behind = job.deliveries.find(({ message }) => message.position > position)
  const rest =
    behind === undefined
      ? undefined
      : ({ as: "retry", position: behind.message.position, failures: 0, retryAt: 0 } as const)
  const chosen = deferral ?? rest
  const doneTo = chosen === undefined ? job.scannedTo : chosen.position - 1
  return {
    ...onlyProgress(prepared),
    stop,
    doneTo,
    part: { key: job.key, from: job.from, doneTo, ...(chosen === undefined ? {} : { deferral: chosen }) },
  }
}
