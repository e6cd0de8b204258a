import type { Instant } from "@millrace/core/backend"

import { claimingPartitions, operating } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of resets in groups of other orders than the stream's. */
export const resetFaults: readonly Fault[] = [
  {
    name: "a keyed group's slices do not tell how far each key had got before a reset",
    caughtBy: "a keyed group's slices name the keys whose lane was open at a reset",
    alter: (backend) => claimingPartitions(backend, ({ replayRows: _rows, ...slice }) => slice),
  },
  {
    name: "only the first slice after a reset tells how far each key had got",
    caughtBy: "resetGroup with a key's lane open has every slice",
    alter: (backend) =>
      claimingPartitions(backend, ({ replayRows, ...slice }) =>
        replayRows === undefined || slice.from > 0 ? slice : { ...slice, replayRows },
      ),
  },
  {
    name: "a hold goes on over a reset",
    caughtBy: "resetGroup ends the hold of a group in log order",
    alter: (backend) => {
      let heldTill: Instant | undefined
      return {
        ...operating(backend, (operator) => ({
          groups: async (names) =>
            (await operator.groups(names)).map((info) =>
              heldTill === undefined ? info : { ...info, retryAt: heldTill },
            ),
        })),
        async settle(settlement) {
          heldTill = settlement.hold?.retryAt
          return backend.settle(settlement)
        },
        async claim(request) {
          const { now } = await backend.promote(1)
          if (heldTill === undefined || heldTill <= now) return backend.claim(request)
          return { kind: "idle", now, nextAt: heldTill, outdated: [] }
        },
      }
    },
  },
]
