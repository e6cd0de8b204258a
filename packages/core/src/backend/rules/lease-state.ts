import type { Instant } from "../../message/ids.ts"
import { MAX_LEASE_FACTOR } from "../claim.ts"
import type { Owner } from "../process.ts"

/**
 * Who holds a partition or a lane. Without an owner it is free. A lease whose time is over keeps its owner until it is claimed or settled. One that
 * was superseded is *reserved*: it keeps its owner's name and its end, and is no boot's (`NO_BOOT`).
 */
export interface LeaseState {
  readonly owner: Owner | null
  readonly until: Instant
  /** How often an expired lease was claimed since the last progress. */
  readonly takeovers: number
}

/** The boot id of a reserved lease. No boot has it: names that are stored are never empty. */
export const NO_BOOT = ""

/** A lease that nobody holds. */
export const FREE: LeaseState = { owner: null, until: 0, takeovers: 0 }

/** Whether a process of this name may claim it: it is free, its time is over, or it is reserved for that name. */
export function isClaimable(lease: LeaseState, now: Instant, processName: string): boolean {
  return lease.owner === null || lease.until <= now || isReservedFor(lease, processName)
}

/** Whether it waits for a process of this name, whose earlier boot held it. From `until` on it waits for nobody. */
export function isReservedFor({ owner }: LeaseState, processName: string): boolean {
  return owner?.bootId === NO_BOOT && owner.processName === processName
}

/** Who is at work under it, as far as time tells: nobody when it is free, over or reserved. */
export function leasedBy({ owner, until }: LeaseState, now: Instant): Owner | undefined {
  return owner === null || owner.bootId === NO_BOOT || until <= now ? undefined : owner
}

/** How many take-overs a claim of it would stand at: an expired or reserved lease is taken over, a free one is not. Above 0 its slice holds one message. */
export function takeoversOf(lease: LeaseState): number {
  return lease.takeovers + (lease.owner === null ? 0 : 1)
}

/** The lease after a claim (the token rises beside it). It lasts longer with each take-over, so that a slow handler gets its time. */
export function leaseAfterClaim(
  lease: LeaseState,
  { owner, now, leaseMs }: { readonly owner: Owner; readonly now: Instant; readonly leaseMs: number },
): LeaseState {
  const takeovers = takeoversOf(lease)
  return { owner, until: now + leaseSpan(leaseMs, takeovers), takeovers }
}

/** How long a lease lasts after so many take-overs without progress, in milliseconds. */
export function leaseSpan(leaseMs: number, takeovers: number): number {
  return leaseMs * Math.min(2 ** takeovers, MAX_LEASE_FACTOR)
}

/** The lease after its settle or a `leave`. Only progress forgets the take-overs. */
export function leaseAfterRelease(lease: LeaseState, progress: boolean): LeaseState {
  return { owner: null, until: 0, takeovers: progress ? 0 : lease.takeovers }
}

/** Whether this process supersedes it when it takes its name: an earlier boot of the name holds it. */
export function isSupersededBy({ owner }: LeaseState, { processName, bootId }: Owner): boolean {
  return owner?.processName === processName && owner.bootId !== bootId && owner.bootId !== NO_BOOT
}

/**
 * The lease after its owner was superseded; its token ends beside it. Reserved for its owner's name for as long as it would have lasted, so that
 * nobody else is first; and still the owner's, so that the next claim counts as a take-over.
 */
export function leaseAfterSupersede(lease: LeaseState): LeaseState {
  return lease.owner === null ? lease : { ...lease, owner: { ...lease.owner, bootId: NO_BOOT } }
}

/** Whether it falls free when this process leaves: it is its own, or reserved for its name. */
export function isLeftBy({ owner }: LeaseState, { processName, bootId }: Owner): boolean {
  return owner?.processName === processName && (owner.bootId === bootId || owner.bootId === NO_BOOT)
}
