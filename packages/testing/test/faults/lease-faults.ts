import type { Lease, Owner } from "@millrace/core/backend"

import { claiming, claimingLanes, claimingPartitions, idling, operating } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of leases, lanes and replays. */
export const leaseFaults: readonly Fault[] = [
  ...(["deleting", "renaming"] as const).map((way): Fault => ({
    name: `tokens begin anew in a group that takes a name which ${way} another has set free`,
    caughtBy: `settle of a lease that was taken before ${way}`,
    alter(backend) {
      let tokens: number[] = []
      const counted = claimingPartitions(backend, async (slice) => {
        tokens.push(slice.lease.token)
        return { ...slice, lease: { ...slice.lease, token: tokens.length } }
      })
      const given = (lease: Lease): Lease =>
        lease.of === "partition" ? { ...lease, token: tokens[lease.token - 1] ?? lease.token } : lease
      const forget = (): void => {
        tokens = []
      }
      return {
        ...operating(counted, (operator) =>
          way === "deleting"
            ? { deleteGroup: (...named) => operator.deleteGroup(...named).then(forget) }
            : { renameGroup: (...named) => operator.renameGroup(...named).then(forget) },
        ),
        settle: (settlement) => backend.settle({ ...settlement, lease: given(settlement.lease) }),
        extend: (lease, leaseMs) => backend.extend(given(lease), leaseMs),
      }
    },
  })),
  {
    name: "idle forgets when leases and schedules fall due",
    caughtBy: "claim answers idle with the instant at which a lease or a schedule falls due",
    alter: (backend) => idling(backend, (idle) => ({ ...idle, nextAt: null })),
  },
  {
    name: "a take-over is not counted",
    caughtBy: "claim counts take-overs until there is progress",
    alter: (backend) => claiming(backend, (slice) => ({ ...slice, takeovers: Math.min(slice.takeovers, 1) })),
  },
  {
    name: "a take-over counts as a failure of the message",
    caughtBy: "claim takes an expired lease over",
    alter: (backend) =>
      claiming(backend, (slice) => ({
        ...slice,
        messages: slice.messages.map((one) => ({ ...one, attempt: one.attempt + slice.takeovers })),
      })),
  },
  {
    name: "a take-over hands out as much as before",
    caughtBy: "claim takes an expired lease over",
    alter: (backend) =>
      claimingPartitions(backend, async (slice) => {
        if (slice.takeovers === 0) return slice
        const page = await backend.read({ from: "log", after: slice.from, limit: 100 })
        const messages = page.messages.map((message) => ({ message, handledBefore: false, attempt: 1 }))
        return { ...slice, messages, scannedTo: page.head }
      }),
  },
  {
    name: "a lease is not lengthened by take-overs",
    caughtBy: "claim doubles the lease with each take-over",
    alter: (backend) => {
      let taken = 0
      return {
        ...backend,
        async claim(request) {
          const slice = await backend.claim({ ...request, leaseMs: request.leaseMs / 2 ** taken })
          if (slice.kind === "slice") taken = Math.min(slice.takeovers + 1, 4)
          return slice
        },
      }
    },
  },
  {
    name: "an expired lease can not be settled",
    caughtBy: "settle judges the token and not the expiry",
    alter: (backend, clock) => {
      const ends = new Map<number, number>()
      return {
        ...backend,
        async claim(request) {
          const slice = await backend.claim(request)
          if (slice.kind === "slice" && slice.source === "partition")
            ends.set(slice.lease.token, clock.now() + request.leaseMs)
          return slice
        },
        async settle(settlement) {
          const { lease } = settlement
          const late = lease.of === "partition" && (ends.get(lease.token) ?? Infinity) < clock.now()
          return late ? { kind: "fenced" } : backend.settle(settlement)
        },
      }
    },
  },
  {
    name: "extend says yes to whoever asks",
    caughtBy: "extend answers false once somebody else has the lease",
    alter: (backend) => ({
      ...backend,
      async extend(lease, leaseMs) {
        await backend.extend(lease, leaseMs)
        return true
      },
    }),
  },
  {
    name: "extend lengthens nothing",
    caughtBy: "extend lengthens a lease",
    alter: (backend) => ({ ...backend, extend: () => Promise.resolve(true) }),
  },
  {
    name: "a restarted process is handed other work before its own",
    caughtBy: "claim prefers what a process of the same name held before",
    alter: (backend) => ({
      ...backend,
      claim: (request) => {
        const owner: Owner = { ...request.owner, processName: `${request.owner.processName}#${request.owner.bootId}` }
        return backend.claim({ ...request, owner })
      },
    }),
  },
  {
    name: "a lane reads past its partition's checkpoint",
    caughtBy: "a lane reads nothing beyond the checkpoint",
    alter: (backend) =>
      claimingLanes(backend, async (slice) => {
        const last = slice.messages.at(-1)?.message.position ?? 0
        const streams = slice.lanes.map(({ key }) => ({ streamId: key }))
        const page = await backend.read({ from: "streams", streams, include: "all", limit: 100 })
        const beyond = page.messages.filter(({ position }) => position > last)
        const more = beyond.map((message) => ({ message, handledBefore: false, attempt: 1 }))
        return { ...slice, messages: [...slice.messages, ...more] }
      }),
  },
  {
    name: "a slice does not name what it left to open lanes",
    caughtBy: "a slice in flight that skipped a lane's messages opens the lane again",
    alter: (backend) => claimingPartitions(backend, (slice) => ({ ...slice, skipped: [] })),
  },
  {
    name: "the count of failures goes on from one message to the next",
    caughtBy: "a lane that fails again keeps count",
    alter: (backend) =>
      claimingLanes(backend, (slice) => {
        const attempt = slice.messages[0]?.attempt ?? 1
        return { ...slice, messages: slice.messages.map((one) => ({ ...one, attempt })) }
      }),
  },
  {
    name: "lanes of a partition are handed out one at a time",
    caughtBy: "one claim returns the due lanes of a partition together",
    alter: (backend) =>
      claimingLanes(backend, async (slice) => {
        const [kept, ...others] = slice.lease.lanes
        if (kept === undefined) return slice
        await backend.settle({ lease: { ...slice.lease, lanes: others }, parts: [] })
        return {
          ...slice,
          lease: { ...slice.lease, lanes: [kept] },
          lanes: slice.lanes.filter(({ key }) => key === kept.key),
          messages: slice.messages.filter(({ message }) => message.streamId === kept.key),
        }
      }),
  },
  {
    name: "a retry loses the flag its message first had",
    caughtBy: "a retry during a replay keeps the flag",
    alter: (backend) =>
      claimingLanes(backend, (slice) => ({
        ...slice,
        messages: slice.messages.map((one) => ({ ...one, handledBefore: false })),
      })),
  },
  {
    name: "a reset with reemit raises no epoch",
    caughtBy: "resetGroup with reemit says so in its slices",
    alter: (backend) => claiming(backend, (slice) => ({ ...slice, epoch: 0 })),
  },
  {
    name: "what was handled before is judged by a maximum of the whole group",
    caughtBy: "resetGroup judges each stream by itself",
    alter: (backend) => judgedBy(backend, Math.max),
  },
  {
    name: "a second reset in the middle lowers the limit",
    caughtBy: "resetGroup in the middle of a replay lowers no limit",
    alter: (backend) => judgedBy(backend, (reached) => reached),
  },
]

/** A backend that takes for handled before lies at or below one limit, worked out from how far its settles got. */
function judgedBy(
  backend: Parameters<Fault["alter"]>[0],
  limitOf: (reached: number, before: number) => number,
): ReturnType<Fault["alter"]> {
  let reached = 0
  let limit = 0
  const altered = claiming(backend, (slice) => ({
    ...slice,
    messages: slice.messages.map((one) => ({ ...one, handledBefore: one.message.position <= limit })),
  }))
  return {
    ...altered,
    async settle(settlement) {
      reached = settlement.checkpoint ?? reached
      return backend.settle(settlement)
    },
    operator: {
      ...backend.operator,
      async resetGroup(...args) {
        limit = limitOf(reached, limit)
        return backend.operator.resetGroup(...args)
      },
    },
  }
}
