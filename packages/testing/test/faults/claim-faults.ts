import type { PartitionSlice, Slice } from "@millrace/core/backend"

import { claiming, claimingPartitions, idling } from "./altered.ts"
import type { Fault } from "./fault.ts"

/** Defects of groups and claims. */
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
    name: "a claim of no groups stores what is due",
    caughtBy: "claim of no groups answers idle",
    alter: (backend) => ({
      ...backend,
      async claim(request) {
        if (request.groups.length === 0) await backend.promote(1)
        return backend.claim(request)
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
    name: "a claim passes unwanted messages one at a time",
    caughtBy: "claim hands out only wanted types",
    alter: (backend) =>
      claimingPartitions(backend, (slice) => {
        const first = slice.messages[0]?.message.position ?? 0
        return first > slice.from + 1 ? { ...slice, messages: [], scannedTo: slice.from + 1 } : slice
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
]
