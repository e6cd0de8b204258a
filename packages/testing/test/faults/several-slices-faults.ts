import type { PartitionSlice } from "@millrace/core/backend"

import { claimingPartitions } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of what claims and settles tell besides what was asked for. */
export const severalSlicesFaults: readonly Fault[] = [
  {
    name: "a slice brings itself along",
    caughtBy: "claim hands out no more slices at once than were asked for",
    alter: (backend) => claimingPartitions(backend, (slice) => ({ ...slice, also: [slice] })),
  },
  {
    name: "a slice brings all that waits along, however many were asked for",
    caughtBy: "claim hands out no more slices at once than were asked for",
    alter: (backend) => ({
      ...backend,
      async claim(request) {
        const first = await backend.claim(request)
        if (first.kind === "idle" || first.source !== "partition") return first
        const also: PartitionSlice[] = []
        for (;;) {
          const next = await backend.claim(request)
          if (next.kind === "idle" || next.source !== "partition") return { ...first, also }
          also.push(next)
        }
      },
    }),
  },
  {
    name: "a claim says that nothing else waits whenever it has found something",
    caughtBy: "claim says that nothing else waits only where nothing does",
    alter: (backend) =>
      claimingPartitions(backend, (slice) => ({
        ...slice,
        then: { kind: "idle", now: 0, nextAt: null, outdated: [] },
      })),
  },
  {
    name: "a claim takes what lies behind the checkpoint for new",
    caughtBy: "claim says of nothing that was handed out before",
    alter: (backend) => claimingPartitions(backend, (slice) => ({ ...slice, newAbove: slice.from })),
  },
  {
    name: "a settle never says that more waits",
    caughtBy: "settle says truly whether more waits in its partition",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const settled = await backend.settle(settlement)
        return settled.kind === "settled" ? { ...settled, more: false } : settled
      },
    }),
  },
]
