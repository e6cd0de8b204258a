import type { Instant } from "../../message/ids.ts"
import { MAX_LEASE_FACTOR } from "../claim.ts"
import type { Owner } from "../process.ts"

/** Who holds a partition or a lane. Without an owner it is free. A lease whose time is over keeps its owner until it is claimed or settled. */
export interface LeaseState {
  readonly owner: Owner | null
  readonly until: Instant
  /** How often an expired lease was claimed since the last progress. */
  readonly takeovers: number
}

/** A lease that nobody holds. */
export const FREE: LeaseState = { owner: null, until: 0, takeovers: 0 }

/** Whether a claim may take it: it is free, or its time is over. */
export function isClaimable(lease: LeaseState, now: Instant): boolean {
  return lease.owner === null || lease.until <= now
}

/** How many take-overs a claim of it would stand at: an expired lease is taken over, a free one is not. Above 0 its slice holds one message. */
export function takeoversOf(lease: LeaseState): number {
  return lease.takeovers + (lease.owner === null ? 0 : 1)
}

/** The lease after a claim (the token rises beside it). It lasts longer with each take-over, so that a slow handler gets its time. */
export function leaseAfterClaim(
  lease: LeaseState,
  { owner, now, leaseMs }: { readonly owner: Owner; readonly now: Instant; readonly leaseMs: number },
): LeaseState {
  const takeovers = takeoversOf(lease)
  return { owner, until: now + leaseMs * Math.min(2 ** takeovers, MAX_LEASE_FACTOR), takeovers }
}

/** The lease after its settle or a `leave`. Only progress forgets the take-overs. */
export function leaseAfterRelease(lease: LeaseState, progress: boolean): LeaseState {
  return { owner: null, until: 0, takeovers: progress ? 0 : lease.takeovers }
}

/** The lease after its owner was superseded: at its end now, but still the owner's, so that the next claim counts as a take-over. */
export function leaseAfterSupersede(lease: LeaseState, now: Instant): LeaseState {
  return lease.owner === null ? lease : { ...lease, until: Math.min(lease.until, now) }
}
