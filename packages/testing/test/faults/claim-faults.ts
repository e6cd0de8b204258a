import type { Owner, PartitionSlice, Slice } from "@millrace/core/backend"

import { claiming, claimingLanes, claimingPartitions, idling } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of groups, claims and leases. */
export const claimFaults: readonly Fault[] = [
  {
    name: "start now is a sliding window: what was stored before a later start is never delivered",
    caughtBy: "ensureGroup fixes now once",
    alter: (backend) => ({
      ...backend,
      async ensureGroup(spec) {
        const ensured = await backend.ensureGroup(spec)
        if (ensured.kind !== "ensured" || ensured.created || spec.start.at !== "now") return ensured
        await backend.operator.deleteGroup(spec.group)
        await backend.ensureGroup(spec)
        return ensured
      },
    }),
  },
  {
    name: "a wanted type is added without since: everything older is delivered",
    caughtBy: "ensureGroup adds a type above the head of that moment",
    alter: (backend) => ({
      ...backend,
      async ensureGroup(spec) {
        const ensured = await backend.ensureGroup(spec)
        if (ensured.kind !== "ensured" || ensured.added.length === 0) return ensured
        await backend.operator.resetGroup(spec.group, { at: "beginning" }, { types: spec.types })
        return { ...ensured, added: ensured.added.map(({ type }) => ({ type, since: 0, passedOver: 0 })) }
      },
    }),
  },
  {
    name: "another order is accepted",
    caughtBy: "ensureGroup refuses another order",
    alter: (backend) => ({
      ...backend,
      async ensureGroup(spec) {
        const ensured = await backend.ensureGroup(spec)
        return ensured.kind === "ensured" ? ensured : backend.ensureGroup({ ...spec, order: ensured.stored })
      },
    }),
  },
  {
    name: "a message of a type that the process lacks is passed",
    caughtBy: "claim never hands a process what lies beyond the first waiting message of a type it lacks",
    alter: (backend) => ({
      ...backend,
      async claim(request) {
        const groups = await Promise.all(
          request.groups.map(async (want) => {
            const [info] = await backend.operator.groups([want.group])
            return { ...want, types: info?.types.map(({ type }) => type) ?? want.types }
          }),
        )
        const slice = await backend.claim({ ...request, groups })
        if (slice.kind === "idle") return slice
        const types = request.groups.find(({ group }) => group === slice.group)?.types ?? []
        return { ...slice, messages: slice.messages.filter(({ message }) => types.includes(message.type)) }
      },
    }),
  },
  {
    name: "what is outdated is not listed",
    caughtBy: "claim never hands a process what lies beyond the first waiting message of a type it lacks",
    alter: (backend) => idling(backend, (idle) => ({ ...idle, outdated: [] })),
  },
  {
    name: "a claim hands out the newest partition first",
    caughtBy: "claim takes the partition whose oldest waiting message is oldest",
    alter: (backend) => ({
      ...backend,
      async claim(request) {
        const taken: PartitionSlice[] = []
        let last: Slice | undefined
        for (;;) {
          const slice = await backend.claim(request)
          if (slice.kind === "idle") {
            for (const one of taken)
              if (one !== last) await backend.settle({ lease: one.lease, checkpoint: one.from, parts: [] })
            return last ?? slice
          }
          if (slice.source === "partition") taken.push(slice)
          last = slice
        }
      },
    }),
  },
  {
    name: "a partition is leased to two workers at a time",
    caughtBy: "claim hands one partition of a group to one worker at a time",
    alter: (backend) => {
      let last: Slice | undefined
      return {
        ...backend,
        async claim(request) {
          const slice = await backend.claim(request)
          if (slice.kind === "idle") return last ?? slice
          last = slice
          return slice
        },
      }
    },
  },
  {
    name: "a claim looks only at the first message behind its checkpoint",
    caughtBy: "claim hands out only wanted types",
    alter: (backend) =>
      claimingPartitions(backend, (slice) => {
        const first = slice.messages[0]?.message.position ?? 0
        return first > slice.from + 10 ? { ...slice, messages: [], scannedTo: slice.from + 1 } : slice
      }),
  },
  {
    name: "a slice says it scanned further than it did",
    caughtBy: "claim hands out no more messages than its limit",
    alter: (backend) => claimingPartitions(backend, (slice) => ({ ...slice, scannedTo: slice.scannedTo + 1 })),
  },
  {
    name: "the messages of a slice are sorted by stream",
    caughtBy: "claim hands out the wanted messages of a partition in position order",
    alter: (backend) =>
      claiming(backend, (slice) => ({
        ...slice,
        messages: slice.messages.toSorted((one, two) => one.message.streamId.localeCompare(two.message.streamId)),
      })),
  },
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
