import type { PartitionSlice } from "../backend/claim.ts"
import type { Settlement, SettlePart } from "../backend/settle.ts"
import type { Registration } from "../reactor/registration.ts"
import { conclude, newsOf } from "./conclude.ts"
import { countEffects } from "./count-effects.ts"
import type { Crew } from "./crew.ts"
import type { Delivered } from "./delivered.ts"
import { decideAgain } from "./finish-lane.ts"
import { type Job, jobsOf } from "./job.ts"
import { keepLease } from "./keep-lease.ts"
import { meanBytes } from "./mean-bytes.ts"
import { prepare, type Prepared } from "./prepare.ts"
import { settleSurely } from "./settle-surely.ts"
import { tellUnwritten } from "./tell-unwritten.ts"
import { unlessAborted } from "./unless-aborted.ts"

/**
 * claim → handle → settle for a group in total order: one message after another, and the checkpoint never passes one that failed. A retry
 * holds the group; a parked message is taken out of the order as a lane of its own.
 */
export async function deliverLog(
  slice: PartitionSlice,
  registration: Registration,
  crew: Crew,
  signal: AbortSignal,
): Promise<Delivered> {
  const kept = keepLease(slice.lease, crew, signal)
  const access = crew.access(slice.group)
  try {
    const [job] = jobsOf(slice, registration, () => access(kept.signal)).jobs
    if (job === undefined) {
      await settleSurely({ lease: slice.lease, checkpoint: slice.scannedTo, parts: [] }, crew, [])
      return NOT_QUIET
    }
    const began = crew.clock.now()
    let handled = 0
    let effects = 0
    let preparing = prepare(job, registration, crew, { most: Number.MAX_SAFE_INTEGER, fresh: false })
    for (let round = 1; ; round += 1) {
      const prepared = await unlessAborted(preparing, kept.signal)
      if (prepared === undefined) {
        await settleSurely({ lease: slice.lease, checkpoint: slice.from, parts: [] }, crew, [job])
        return NOT_QUIET
      }
      const settlement = settlementOf(slice, job, prepared)
      const settled = await settleSurely(settlement, crew, [job])
      if (settled.kind === "fenced") return NOT_QUIET
      const verdict = settled.parts[0]
      if (verdict === undefined || verdict.kind === "stored") {
        crew.handOff({
          ...newsOf(slice.group, settlement.parts),
          ...(prepared.part.deferral === undefined ? {} : { group: slice.group }),
        })
        tellUnwritten(verdict, job, crew)
        await conclude([prepared], crew, signal)
        handled = prepared.done.length
        effects = countEffects(prepared.part.effects)
        break
      }
      preparing = decideAgain(job, { verdict, prepared }, round, registration, crew)
    }
    const tookMs = crew.clock.now() - began
    const { maxBatch: maxEffects } = crew.backend.capabilities
    const held = { messages: slice.messages.length, meanBytes: meanBytes(slice.messages) }
    crew.sizes.learn(slice.group, { ...held, tookMs, handled, effects, maxEffects })
    return NOT_QUIET
  } finally {
    kept.release()
  }
}

const NOT_QUIET: Delivered = { quiet: false }

function settlementOf(slice: PartitionSlice, job: Job, prepared: Prepared): Settlement {
  const { deferral, ...part } = prepared.part
  const common = {
    lease: slice.lease,
    ...(prepared.stop === undefined ? {} : { stop: prepared.stop }),
  }
  if (deferral === undefined) return { ...common, checkpoint: slice.scannedTo, parts: [part] }
  if (deferral.as === "park") {
    const parked: SettlePart = {
      key: `@${deferral.position}`,
      from: deferral.position,
      deferral: { ...deferral, single: true },
    }
    return { ...common, checkpoint: deferral.position, parts: [part, parked] }
  }
  const checkpoint = Math.max(slice.from, prepared.doneTo)
  // The rest of a batch that was cut is due at once. What has to wait holds the group, though it may be no failure (the storage was away).
  if (deferral.as !== "retry" || (deferral.failures === 0 && deferral.retryAt === 0))
    return { ...common, checkpoint, parts: [part] }
  const hold = {
    retryAt: deferral.retryAt,
    failures: deferral.failures,
    error: deferral.error ?? `waiting to handle ${job.key} again`,
  }
  return { ...common, checkpoint, parts: [part], hold }
}
