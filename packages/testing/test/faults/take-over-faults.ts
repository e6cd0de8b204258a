import { type Backend, BackendError, type Settlement } from "@millrace/core/backend"

import { claiming } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of what outlasts a settle that brought nothing forward, and of leases of several lanes. */
export const takeOverFaults: readonly Fault[] = [
  {
    name: "giving a partition's slice back forgets its take-overs",
    caughtBy: "take-overs of a partition are not forgotten",
    alter: (backend) => forgetting(backend, ({ lease, parts }) => lease.of === "partition" && parts.length === 0),
  },
  {
    name: "giving a lane back forgets its take-overs",
    caughtBy: "take-overs of a lane are not forgotten",
    alter: (backend) => forgetting(backend, ({ lease, parts }) => lease.of === "lanes" && parts.length === 0),
  },
  {
    name: "extend throws when one of several lanes has passed on",
    caughtBy: "extend of several lanes answers false",
    alter: (backend) => ({
      ...backend,
      async extend(lease, leaseMs) {
        const held = await backend.extend(lease, leaseMs)
        if (!held && lease.of === "lanes" && lease.lanes.length > 1)
          throw new BackendError("not-found", "a lane of the lease is not there")
        return held
      },
    }),
  },
  {
    name: "extend says yes when any of several lanes is still held",
    caughtBy: "extend of several lanes answers false",
    alter: (backend) => ({
      ...backend,
      async extend(lease, leaseMs) {
        if (lease.of === "partition") return backend.extend(lease, leaseMs)
        const lanes = lease.lanes.map((lane) => backend.extend({ ...lease, lanes: [lane] }, leaseMs))
        return (await Promise.all(lanes)).includes(true)
      },
    }),
  },
  {
    name: "the lane of a part that was not stored is leased for ten minutes",
    caughtBy: "the lane of a part that was not stored is leased only as long",
    alter: (backend) => ({
      ...backend,
      async settle(settlement) {
        const settled = await backend.settle(settlement)
        if (settled.kind === "settled" && settled.lanes.length > 0) {
          const { group, partition } = settlement.lease
          await backend.extend({ of: "lanes", group, partition, lanes: settled.lanes }, 600_000)
        }
        return settled
      },
    }),
  },
  {
    name: "the most lanes are counted per partition",
    caughtBy: "settle counts the open lanes of the whole group",
    alter: (backend) => {
      let most = Infinity
      return {
        ...backend,
        ensureGroup: (spec) => {
          most = spec.maxLanes
          return backend.ensureGroup({ ...spec, maxLanes: 1_000_000 })
        },
        async settle(settlement) {
          const settled = await backend.settle(settlement)
          const { group, partition } = settlement.lease
          const open = (await backend.operator.lanes({ group })).filter((lane) => lane.partition === partition)
          if (settled.kind !== "settled" || open.length <= most) return settled
          await backend.operator.stopGroup(group, { reason: "max-lanes" })
          return { ...settled, lanes: [], stopped: "max-lanes" }
        },
      }
    },
  },
  {
    name: "a settle stops a group of too many lanes though it opens none",
    caughtBy: "settle stops a group of too many open lanes only where it leaves more of them than it found",
    alter: (backend) => {
      const most = new Map<string, number>()
      return {
        ...backend,
        ensureGroup: (spec) => {
          most.set(spec.group, spec.maxLanes)
          return backend.ensureGroup(spec)
        },
        async settle(settlement) {
          const settled = await backend.settle(settlement)
          const { group } = settlement.lease
          if (settled.kind !== "settled" || settled.stopped !== undefined) return settled
          const open = await backend.operator.lanes({ group })
          if (open.length <= (most.get(group) ?? Infinity)) return settled
          await backend.operator.stopGroup(group, { reason: "max-lanes" })
          return { ...settled, lanes: [], stopped: "max-lanes" }
        },
      }
    },
  },
]

/** A backend that takes these settles for progress: the next claim counts from 0. */
function forgetting(backend: Backend, forgets: (settlement: Settlement) => boolean): Backend {
  let forgot = false
  const altered = claiming(backend, (slice) => ({ ...slice, takeovers: forgot ? 0 : slice.takeovers }))
  return {
    ...altered,
    settle: (settlement) => {
      forgot = forgets(settlement)
      return backend.settle(settlement)
    },
  }
}
