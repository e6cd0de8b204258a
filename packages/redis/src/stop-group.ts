import type { PartitionState } from "./group-state.ts"

/** Ends whatever lease a partition or a lane has, so that its settle is fenced. */
export function fence(held: Pick<PartitionState, "token" | "lease">): void {
  held.token = null
  held.lease = { owner: null, until: 0, takeovers: held.lease.takeovers }
}
