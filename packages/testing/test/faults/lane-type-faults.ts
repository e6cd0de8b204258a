import type { Backend, GroupOrder, LaneSlice } from "@millrace/core/backend"

import type { Fault } from "./fault.ts"

/** How many lanes these backends look at. */
const LOOKED_AT = 100

/** Defects of claims that look at a few of many lanes. */
export const laneTypeFaults: readonly Fault[] = [
  {
    name: "a process that lacks no type of a group is handed whatever its lanes keep",
    caughtBy: "lanes that keep a trimmed message are not handed to a process that lacks its type",
    alter: (backend) => ({
      ...backend,
      async claim(request) {
        const infos = await backend.operator.groups()
        const groups = request.groups.map((want) => {
          const types = infos.find(({ group }) => group === want.group)?.types ?? []
          return types.every(({ type }) => want.types.includes(type))
            ? { ...want, types: [...want.types, "sent"] }
            : want
        })
        const slice = await backend.claim({ ...request, groups })
        if (slice.kind === "idle") return slice
        const { types = [] } = request.groups.find(({ group }) => group === slice.group) ?? {}
        return { ...slice, messages: slice.messages.filter(({ message }) => types.includes(message.type)) }
      },
    }),
  },
  {
    name: "a claim looks at the first hundred lanes of a partition only",
    caughtBy: "lanes of a type that a process lacks do not hide later lanes of their own partition",
    alter: (backend) => blind(backend, "stream", (before) => before >= LOOKED_AT),
  },
  {
    name: "a claim looks at the first hundred lanes of a keyed group only",
    caughtBy: "keyed lanes of a type that a process lacks do not hide later lanes",
    alter: (backend) => blind(backend, "key", (before) => before >= LOOKED_AT),
  },
  {
    name: "a lane that was taken over is handed out only where no other is in front of it",
    caughtBy: "a lane of a type that a process lacks does not hide one that was taken over",
    alter: (backend) => blind(backend, "stream", (before, { takeovers }) => takeovers > 0 && before > 0),
  },
]

/** A backend that does not find slices of lanes which have so many open lanes in front of them. */
function blind(backend: Backend, order: GroupOrder, hidden: (before: number, slice: LaneSlice) => boolean): Backend {
  let blinded = false
  return {
    ...backend,
    ensureGroup(spec) {
      blinded ||= spec.order === order
      return backend.ensureGroup(spec)
    },
    async claim(request) {
      const slice = await backend.claim(request)
      if (slice.kind === "idle" || slice.source === "partition" || !blinded) return slice
      const first = slice.lanes[0]?.next ?? 0
      const lanes = await backend.operator.lanes({ group: slice.group, limit: 1_000 })
      if (!hidden(lanes.filter(({ next }) => next < first).length, slice)) return slice
      await backend.settle({ lease: slice.lease, parts: [] })
      return { kind: "idle", now: (await backend.promote(1)).now, nextAt: null, outdated: [] }
    },
  }
}
